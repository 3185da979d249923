"""The forms of a change of a series, read together."""

from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from meetings.forms.rooms import RoomOptionsForm
from meetings.forms.series import SeriesForm, SeriesRepeatForm
from meetings.http import MemberRequest
from meetings.models import Booking
from meetings.services.series.booking import wish_of
from meetings.services.series.wish import SeriesWish


@dataclass(frozen=True, slots=True)
class SeriesForms:
    """The meeting, how it repeats, and what its own room does."""

    form: SeriesForm
    repeat: SeriesRepeatForm
    options: RoomOptionsForm
    now: SeriesWish

    @classmethod
    def of(
        cls,
        request: MemberRequest,
        first: Booking,
        *,
        after: date | None,
        fresh_version: bool = False,
    ) -> "SeriesForms":
        """For a change from this meeting on."""
        series, pattern, _since = first.in_series
        data = request.POST.copy() if request.method == "POST" else None
        if data is not None and fresh_version:
            data["version"] = str(series.version)
        now = wish_of(first)
        form = SeriesForm(data, user=request.user, now=now, after=after, version=series.version)
        day = form.cleaned_data.get("date") if data is not None and form.is_valid() else None
        # A copy: the form writes into it, and the series' room is what we compare with.
        own_room = None if pattern.room.is_permanent else copy(pattern.room)
        return cls(
            form=form,
            repeat=SeriesRepeatForm(data, now=now, first_date=day),
            options=RoomOptionsForm(data, instance=own_room, prefix="options"),
            now=now,
        )

    @property
    def version(self) -> int:
        return self.form.cleaned_data["version"] or 0

    def are_valid(self) -> bool:
        """All are asked, so that all mistakes show at once; a room of its own has its options."""
        form_ok, repeat_ok = self.form.is_valid(), self.repeat.is_valid()
        options_ok = self.options.is_valid()
        return form_ok and repeat_ok and (options_ok or bool(self.form.cleaned_data.get("room")))

    def wish(self) -> SeriesWish:
        """What valid forms ask for."""
        rule = self.repeat.rule(self.form.cleaned_data["date"])
        assert rule is not None  # noqa: S101  (the form sees to it)
        options: dict[str, Any] = self.options.options() if self.options.is_valid() else {}
        return self.form.wish(self.now, rule, options)
