"""What a mail says: plain values for its templates, in the language and zone of who reads it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings import wording
from meetings.ical import one_line
from meetings.models import Answer, Notice
from meetings.rule_words import rule_text

from .dates import dates_text
from .letters import Button, Letter, Row, Story

Kind = Notice.Kind
Choice = Answer.Choice
MOST_DATES = 20
TIMES = {"starts_at", "duration", "clock", "first_date"}
TIMES_OF_SERIES = TIMES | {"rule", "time_zone"}  # one meeting in another zone begins when it did


def letter_of(story: Story) -> Letter:
    letter = WRITERS[Kind(story.kind)](story)
    return replace(
        letter,
        subject=one_line(Truncator(letter.subject).chars(200)),
        kind=letter.kind or str(Kind(story.kind).label),
        foot=_foot(story),
    )


def _foot(story: Story) -> str:
    if not story.is_for_guest:
        return ""
    return _("A reply to this mail goes to %(name)s.") % {"name": story.organizer}


def _invitation(story: Story) -> Letter:
    if story.is_series:
        lead = _("%(name)s invites you to a series of meetings.")
    else:
        lead = _("%(name)s invites you to a meeting.")
    lines = [lead % {"name": story.organizer}]
    if story.reader.is_cohost:
        lines.append(_("You are co-host: your link lets people in, so do not pass it on."))
    return _to_take_part(
        story,
        subject=_("Invitation: %(title)s, %(day)s"),
        lead=tuple(lines),
    )


def _change(story: Story) -> Letter:
    if "changes" not in story.facts:
        return _goes_on_otherwise(story)
    what = _("%(name)s has changed this meeting.")
    if story.is_series:
        what = _("%(name)s has changed this series of meetings.")
    letter = _to_take_part(
        story,
        subject=_("Changed: %(title)s, %(day)s"),
        lead=(what % {"name": story.organizer},),
    )
    if story.is_one_date:
        letter = replace(letter, lead=(*letter.lead, _others_stay()))
    asking = TIMES_OF_SERIES if story.is_series else TIMES
    if letter.answers and story.facts["changes"].keys() & asking:
        return replace(letter, question=_("The time has changed. Can you come then?"))
    return letter


def _goes_on_otherwise(story: Story) -> Letter:
    """A series whose later dates are told anew, in another mail."""
    lead = _("%(name)s has changed this series. Another mail tells what comes after these dates.")
    if story.event.is_cancelled:
        lead = _("%(name)s has changed this series. Another mail tells what takes its place.")
    return Letter(
        subject=_("Changed: %(title)s, %(day)s") % _named(story),
        heading=story.title,
        lead=(lead % {"name": story.organizer},),
        rows=_rows_of_end(story),
    )


def _end_of_series(story: Story, reason: str) -> Letter:
    """A series that is shorter than it was."""
    lead = _("%(name)s has ended this series. Nothing of it takes place after these dates.")
    return Letter(
        subject=_("Ends earlier: %(title)s") % {"title": story.title},
        heading=story.title,
        lead=(lead % {"name": story.organizer}, *filter(None, [reason])),
        rows=_rows_of_end(story),
    )


def _rows_of_end(story: Story) -> tuple[Row, ...]:
    is_off = story.event.is_cancelled
    return tuple(replace(row, is_off=is_off) for row in _rows(story))


def _others_stay() -> str:
    return _("The other dates of the series stay as they are.")


def _new_zone_rules(story: Story) -> Letter:
    place = wording.zone_text(story.event.zone, story.event.start)
    text = _(
        "The rules for clocks in %(place)s have changed. The meeting keeps its time there, so "
        "elsewhere it may begin at another hour than before."
    )
    return _to_take_part(
        story, subject=_("New time elsewhere: %(title)s, %(day)s"), lead=(text % {"place": place},)
    )


def _reminder(story: Story) -> Letter:
    clock = wording.clock_text(story.event.start.astimezone(story.reader.zone))
    lead = _("It begins at %(time)s.") % {"time": clock}
    letter = _to_take_part(story, subject=_("Reminder: %(title)s, %(day)s"), lead=(lead,))
    return replace(letter, question="", answers=())


def _to_take_part(story: Story, *, subject: str, lead: tuple[str, ...]) -> Letter:
    """A mail about a meeting that takes place."""
    reader = story.reader
    buttons = [Button(_("Join the meeting"), reader.join_url)] if reader.join_url else []
    if reader.page_url:
        buttons.append(_to_page(story))
    return Letter(
        subject=subject % _named(story),
        heading=story.title,
        lead=lead,
        rows=tuple(_rows(story)),
        description=story.event.description,
        buttons=tuple(buttons),
        question=_("Will you come?") if reader.answer_url else "",
        answers=_answers(reader.answer_url),
    )


def _cancellation(story: Story) -> Letter:
    if story.facts.get("uninvited"):
        return _farewell(story)
    reason = story.facts.get("reason", "")
    if story.is_series and not story.event.is_cancelled:
        return _end_of_series(story, reason)
    what = _("%(name)s has cancelled this series of meetings.")
    if not story.is_series:
        what = _("%(name)s has cancelled this meeting.")
    others = [_others_stay()] if story.is_one_date else []
    return Letter(
        subject=_("Cancelled: %(title)s, %(day)s") % _named(story),
        heading=story.title,
        lead=(what % {"name": story.organizer}, *filter(None, [reason]), *others),
        rows=tuple(replace(row, is_off=True) for row in _rows(story)),
    )


def _farewell(story: Story) -> Letter:
    """To a guest who was removed: the others still meet."""
    return Letter(
        subject=_("No longer invited: %(title)s, %(day)s") % _named(story),
        kind=_("No longer invited"),
        heading=story.title,
        lead=(_("You need not come."),),
        rows=tuple(_rows(story)),
    )


def _answer(story: Story) -> Letter:
    facts = story.facts
    said = {
        Choice.ACCEPTED: _("%(who)s will come"),
        Choice.DECLINED: _("%(who)s will not come"),
        Choice.TENTATIVE: _("%(who)s may come"),
    }[facts["choice"]] % {"who": one_line(facts["who"])}
    heading, rows = said, [*_rows(story)]
    if facts["proposed"]:
        heading = _("%(who)s proposes another time") % {"who": one_line(facts["who"])}
        at = datetime.fromisoformat(facts["proposed"])
        end = at + timedelta(minutes=story.event.minutes)
        rows.append(_when(_("Proposed instead"), at, end, story.reader.zone))
    general = [_("This is for all meetings of the series.")] if facts["is_general"] else []
    comment = [f"“{facts['comment']}”"] if facts["comment"] else []
    return Letter(
        subject=f"{heading}: {story.title}",
        heading=heading,
        lead=(story.title, *([said] if heading != said else []), *general, *comment),
        rows=tuple(rows),
        buttons=(_to_page(story),),
    )


def _collision(story: Story) -> Letter:
    starts = [datetime.fromisoformat(each) for each in story.facts["dates"]]
    shown = [wording.moment_text(each, story.reader.zone) for each in starts[:MOST_DATES]]
    if more := len(starts) - len(shown):
        shown.append(_("and %(number)d more") % {"number": more})
    return Letter(
        subject=_("Dates that overlap other meetings: %(title)s") % {"title": story.title},
        heading=story.title,
        lead=(
            _("New dates of this series overlap other meetings. They take place unless you act."),
        ),
        rows=(Row(_("Dates"), "\n".join(shown)),),
        buttons=(_to_page(story),),
    )


def _waiting(story: Story) -> Letter:
    people, more = story.facts["people"], story.facts["more"]
    names = [one_line(each["name"]) for each in people]
    count = len(people) + more
    heading = ngettext("%(name)s waits", "%(n)d people wait", count)
    heading = heading % {"name": names[0] if names else "", "n": count}
    shown = [_waits_since(story, each) for each in people]
    place = wording.zone_text(story.reader.zone)
    if more:
        shown.append(_("and %(number)d more") % {"number": more})
    lead, button = [_("Somebody waits to be let in, and no host is there.")], _to_page(story)
    if url := story.reader.admit_url:
        lead.append(_("The link lets people in once, without signing in. Do not pass it on."))
        button = Button(_("See who waits, and let them in"), url)
    return Letter(
        subject=f"{heading}: {story.title}",
        heading=story.title,
        lead=tuple(lead),
        rows=(Row(_("Waiting"), "\n".join(shown), place),),
        buttons=(button,),
    )


def _waits_since(story: Story, person: dict[str, str]) -> str:
    since = datetime.fromisoformat(person["since"]).astimezone(story.reader.zone)
    values = {"name": one_line(person["name"]), "time": wording.clock_text(since)}
    return _("%(name)s, since %(time)s") % values


WRITERS: dict[Notice.Kind, Callable[[Story], Letter]] = {
    Kind.INVITED: _invitation,
    Kind.CHANGED: _change,
    Kind.CANCELLED: _cancellation,
    Kind.REMINDER: _reminder,
    Kind.ANSWERED: _answer,
    Kind.ZONE_RULES: _new_zone_rules,
    Kind.COLLISION: _collision,
    Kind.WAITING: _waiting,
}


# Parts


def _answers(url: str) -> tuple[Button, ...]:
    if not url:
        return ()
    named = (
        (_("Yes"), Choice.ACCEPTED),
        (_("Maybe"), Choice.TENTATIVE),
        (_("No"), Choice.DECLINED),
    )
    return tuple(Button(label, f"{url}?choice={choice}") for label, choice in named)


def _to_page(story: Story) -> Button:
    """To the organizer's own page, or a co-host's controls."""
    label = _("Show the series") if story.is_series else _("Show the meeting")
    if story.reader.is_cohost:
        label = _("Open the host controls")
    return Button(label, story.reader.page_url)


def _rows(story: Story) -> list[Row]:
    event, zone = story.event, story.reader.zone
    start, end = event.start.astimezone(UTC), event.end.astimezone(UTC)
    changes = story.facts.get("changes", {})
    rows = []
    if "title" in changes:
        rows.append(Row(_("Title"), story.title, was=one_line(changes["title"][0])))
    label = _("First time") if story.is_series else _("When")
    rows.append(replace(_when(label, start, end, zone), was=_former_time(story)))
    is_elsewhere = event.start.utcoffset() != start.astimezone(zone).utcoffset()
    if is_elsewhere:
        label = _("For %(name)s") % {"name": story.organizer}
        rows.append(_when(label, start, end, event.zone))
    if event.rule:
        there = wording.zone_text(event.zone, start) if is_elsewhere else ""
        rows.append(Row(_("Repeats"), rule_text(event.rule), there))
        if not event.is_cancelled:
            rows.append(Row(_("Dates"), dates_text(event, story.moved, zone)))
    return rows


def _when(label: str, start: datetime, end: datetime, zone: ZoneInfo) -> Row:
    return Row(label, wording.span_text(start, end, zone), wording.zone_text(zone, start))


def _former_time(story: Story) -> str:
    """When it was before; "" when that is the same."""
    changes = story.facts.get("changes", {})
    if not story.facts.get("was") and not changes.keys() & TIMES:
        return ""
    start = _former_start(story, {name: pair[0] for name, pair in changes.items()})
    minutes = changes["duration"][0] if "duration" in changes else story.event.minutes
    return _span(start, start + timedelta(minutes=minutes), story.reader.zone)


def _former_start(story: Story, old: dict[str, Any]) -> datetime:
    """An instant of a meeting, or the first wall time of a series, as it was."""
    if was := story.facts.get("was") or old.get("starts_at"):
        return datetime.fromisoformat(was)
    start = story.event.start
    day = date.fromisoformat(old["first_date"]) if "first_date" in old else start.date()
    clock = time.fromisoformat(old["clock"]) if "clock" in old else start.time()
    zone = ZoneInfo(old["time_zone"]) if story.is_series and "time_zone" in old else start.tzinfo
    return datetime.combine(day, clock, tzinfo=zone)


def _span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    return f"{wording.span_text(start, end, zone)} · {wording.zone_text(zone, start)}"


def _named(story: Story) -> dict[str, str]:
    """For subjects."""
    day = wording.day_text(story.event.start.astimezone(story.reader.zone).date())
    if story.is_series:
        day = _("series from %(day)s") % {"day": day}
    return {"title": story.title, "day": day}
