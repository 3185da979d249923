"""Who may come in from the place where people sign in elsewhere, and as what."""

import logging
from http import HTTPStatus
from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import audit, policy
from accounts.middleware import ZONE_COOKIE
from accounts.models import Invitation, User
from accounts.oidc import has_nonce
from accounts.policy import Policy
from accounts.zones import known_zone

log = logging.getLogger(__name__)

RIGHTS = ("is_staff", "is_superuser")
KIND, KEY = "openid_connect", "sso"  # django-allauth's name of the protocol, and ours of the place


class ElsewhereAdapter(DefaultSocialAccountAdapter):
    """Our answers to django-allauth's questions about people who signed in elsewhere."""

    def list_apps(
        self,
        request: HttpRequest | None,
        provider: str | None = None,
        client_id: str | None = None,
    ) -> list[SocialApp]:
        """The one place of the environment; rows in the database are none."""
        place = settings.OIDC
        if place is None or provider not in (None, KIND, KEY):
            return []
        return [
            SocialApp(
                provider=KIND,
                provider_id=KEY,
                name=place.name,
                client_id=place.client_id,
                secret=place.client_secret,
                settings={"server_url": place.url},
            )
        ]

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        """The page says it to the person in a sentence; the log tells the operator why."""
        log.warning("Sign-in at %s failed: %s", provider.name, exception or error)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse answers to questions that we did not ask, and addresses that nobody confirmed."""
        if not has_nonce(sociallogin):
            raise _no(request, _("This sign-in was not begun in this browser. Try again."))
        if sociallogin.state.get("process") == "connect":
            return
        if sociallogin.is_existing:
            apply_groups(sociallogin)
        else:
            _may_be_new(request, _confirmed(request, sociallogin))

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:  # type: ignore[override]
        """Where people can prove in no other way who they are: whose own address it is.

        django-allauth would also find who only asked to have it, and has not confirmed it.
        """
        if settings.LOCAL_SIGN_IN:
            return None
        for address in sociallogin.email_addresses:
            user = User.objects.filter(email__address=address.email).first()
            if user and address.verified:
                return user, address.email
        return None

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        if settings.SIGNUP == Policy.INVITATION:
            return _invitation(sociallogin) is not None
        return policy.is_public()

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        """A new person as they are called over there, with this browser's zone and language."""
        user = cast("User", sociallogin.user)
        email = data.get("email") or ""
        user.email = email.lower()
        name = data.get("name") or data.get("username") or email.partition("@")[0]
        user.name = " ".join(str(name).split())[:100]
        zone = known_zone(request.COOKIES.get(ZONE_COOKIE))
        user.time_zone = zone.key if zone else "UTC"
        user.language = request.LANGUAGE_CODE
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        invitation = _invitation(sociallogin)
        user: User = super().save_user(request, sociallogin, form)
        if invitation:
            invitation.accept()
        apply_groups(sociallogin)
        return user


def apply_groups(login: SocialLogin) -> None:
    """Give and take the rights that the groups over there stand for, at each sign-in."""
    place = settings.OIDC
    if place is None:
        return
    told = login.account.extra_data.get("userinfo", {}).get(place.groups_claim)
    listed = [told] if isinstance(told, str) else told
    groups = set(map(str, listed)) if isinstance(listed, list) else set()
    user = cast("User", login.user)
    before = {name: getattr(user, name) for name in RIGHTS}
    if place.admin_group:
        user.is_superuser = place.admin_group in groups
    if place.staff_group or place.admin_group:
        user.is_staff = bool({place.staff_group, place.admin_group} & groups - {""})
    if user.pk:
        _give(user, before)


@transaction.atomic
def _give(user: User, before: dict[str, bool]) -> None:
    user.save(update_fields=RIGHTS)
    changed = {
        name: [was, getattr(user, name)]
        for name, was in before.items()
        if was != getattr(user, name)
    }
    if changed:
        audit.record(audit.Action.CHANGED, user, values=changed)


def _confirmed(request: HttpRequest, login: SocialLogin) -> str:
    """The address that the place vouches for."""
    for address in login.email_addresses:
        if address.verified:
            return str(address.email)
    raise _no(request, _("Your address is not confirmed there, so we cannot let you in by it."))


def _may_be_new(request: HttpRequest, email: str) -> None:
    """Refuse an account of somebody who has one here, or whose domain may have none.

    Others who asked to have this address and never confirmed it cannot keep its owner out.
    """
    if User.objects.filter(email__address=email).exists():
        words = _(
            "You have an account here already. Sign in as usual, then link the two in your "
            "profile under Security."
        )
        raise _no(request, words)
    try:
        policy.refuse_foreign_address(email)
    except ValidationError as error:
        raise _no(request, " ".join(error.messages)) from error
    EmailAddress.objects.filter(email=email, verified=False).delete()


def _invitation(login: SocialLogin) -> Invitation | None:
    addresses = [address.email for address in login.email_addresses if address.verified]
    return Invitation.objects.usable().filter(email__in=addresses).first()


def _no(request: HttpRequest, words: str) -> ImmediateHttpResponse:
    page = "socialaccount/authentication_error.html"
    context = {"words": words}
    return ImmediateHttpResponse(render(request, page, context, status=HTTPStatus.FORBIDDEN))
