"""Who was let in by which link."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .join_link import JoinLink
from .session import RoomSession


class LinkUse(models.Model):
    """One person whom one link let into one session, however often they came again."""

    link = models.ForeignKey(
        JoinLink, models.CASCADE, related_name="used_by", verbose_name=_("link")
    )
    session = models.ForeignKey(
        RoomSession, models.CASCADE, related_name="+", verbose_name=_("session")
    )
    identity = models.CharField(_("person"), max_length=64)

    class Meta:
        verbose_name = _("use of a link")
        verbose_name_plural = _("uses of links")
        constraints = (
            models.UniqueConstraint(
                fields=("link", "identity", "session"), name="link_use_one_per_session"
            ),
        )

    def __str__(self) -> str:
        return f"{self.link}, {self.identity}"
