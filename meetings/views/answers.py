"""Answering an invitation at the link of a mail, without an account."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import throttle
from accounts.middleware import ZONE_COOKIE, may_be_signed_in
from accounts.zones import known_zone
from meetings.forms.answers import AnswerForm
from meetings.http import Request
from meetings.models import Answer, Booking, JoinLink, Pattern
from meetings.recurrence import occurrence_at
from meetings.rule_words import rule_text
from meetings.services import answering
from meetings.services.asking import Question, question_for
from meetings.wording import day_text, hours_text

from .add_to_calendar import adding_by_link
from .throttles import guarded
from .tokens import dead_link, look_up

Choice = Answer.Choice
MOST_DATES = 6  # listed under an answer to all


@dataclass(frozen=True, slots=True)
class Button:
    choice: str
    text: str
    sentence: str
    icon: str


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def answer(request: Request, token: str, meeting: int | None = None) -> HttpResponseBase:
    """Ask a guest whether they will come. Only a press of a button answers, so previews of the
    links in mails are harmless."""
    link = _link(token)
    if link is None:
        return dead_link(request, token)
    if link.guest is None:
        return redirect("door", token=token)
    question = question_for(link.guest, meeting=meeting)
    with timezone.override(_zone(request, question)):
        if request.method == "POST" and question.is_open:
            return _save(request, link, question)
        return _page(request, link, question)


def _save(request: Request, link: JoinLink, question: Question) -> HttpResponse:
    form = AnswerForm(request.POST, question=question, zone=_zone(request, question))
    if request.POST.get("seen") != question.mark:
        return _page(request, link, question, form=form, is_outdated=True)
    if not form.is_valid():
        return _page(request, link, question, form=form)
    if refusal := throttle.too_many(request, "answer", key=link.token):
        return refusal
    try:
        return _saved(request, link, form)
    except answering.NotInvited:
        return dead_link(request, link.token)
    except (answering.Outdated, answering.Gone):
        meeting = question.booking.pk if question.means_one and question.booking else None
        fresh = question_for(question.guest, meeting=meeting)
        return _page(request, link, fresh, form=form, is_outdated=True)


def _saved(request: Request, link: JoinLink, form: AnswerForm) -> HttpResponse:
    data, booking = form.cleaned_data, form.booking or form.question.guest.booking
    answering.answer(
        form.question.guest,
        data["choice"],
        booking=booking,
        pattern=form.pattern,
        comment=data["comment"],
        proposed_at=data.get("proposed_at"),
        sequence=answering.sequence_of(booking) if booking else None,
    )
    if form.booking:
        return redirect("answer-meeting", token=link.token, meeting=form.booking.pk)
    if form.pattern:  # the page speaks of all parts together
        messages.success(request, _("Your answer is saved."))
    return redirect("answer", token=link.token)


def _page(
    request: Request,
    link: JoinLink,
    question: Question,
    *,
    form: AnswerForm | None = None,
    is_outdated: bool = False,
) -> HttpResponse:
    zone = _zone(request, question)
    said = question.answer()
    wanted = _wanted(request)
    context = {
        "link": link,
        "question": question,
        "said": said,
        "asks": bool(form) or said is None or wanted not in {"", said.choice},
        "form": form or AnswerForm(question=question, zone=zone),
        "buttons": _buttons(wanted or (said.choice if said else "")),
        "dates": _dates(question),
        "rules": _rules(question),
        "is_outdated": is_outdated,
        "zone_is_unknown": _zone_is_unknown(request),
        "adding": adding_by_link(link) if question.is_open else None,
    }
    status = 409 if is_outdated else 422 if form else 200
    response = render(request, "meetings/answer.html", context, status=status)
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _rules(question: Question) -> list[str]:
    """How the series repeats; of one that changes, since when and at which hours, as read here."""
    first, *later = question.patterns or (None,)
    if first is None or not later:
        return [rule_text(first.repeats)] if first else []
    return [_rule_and_hours(first), *(_later_rule(each) for each in later)]


def _rule_and_hours(pattern: Pattern) -> str:
    start = occurrence_at(pattern.first_wall, pattern.zone).starts_at
    end = start + timedelta(minutes=pattern.duration)
    hours = hours_text(start, end, timezone.get_current_timezone())
    return _("%(rule)s, %(hours)s") % {"rule": rule_text(pattern.repeats), "hours": hours}


def _later_rule(pattern: Pattern) -> str:
    start = occurrence_at(pattern.first_wall, pattern.zone).starts_at
    words = {"date": day_text(timezone.localdate(start)), "rule": _rule_and_hours(pattern)}
    return _("From %(date)s on: %(rule)s") % words


def _wanted(request: Request) -> str:
    """The answer of the button in the mail, or of the one that was pressed here."""
    wanted = request.POST.get("choice") or request.GET.get("choice", "")
    return wanted if wanted in Choice else ""


def _buttons(first: str) -> list[Button]:
    """All answers. The likely one comes first, in full words."""
    buttons = (
        Button(Choice.ACCEPTED, _("Yes"), _("Yes, I will come"), "check"),
        Button(Choice.TENTATIVE, _("Maybe"), _("Maybe, I do not know yet"), "circle-question-mark"),
        Button(Choice.DECLINED, _("No"), _("No, I cannot come"), "x"),
    )
    return sorted(buttons, key=lambda button: button.choice != first)


def _dates(question: Question) -> list[tuple[Booking, Answer | None]]:
    """The next meetings of a series, each with what was answered to it."""
    said = question.answers() if question.is_series else {}
    return [(each, said.get(each.pk)) for each in question.meetings[:MOST_DATES]]


def _link(token: str) -> JoinLink | None:
    asked = JoinLink.objects.standing().select_related(
        "guest__booking__organizer", "guest__series__organizer"
    )
    link = look_up(token, ask=lambda token: asked.filter(token=token).first())
    return None if link and link.guest and link.guest.removed_at else link


def _zone(request: Request, question: Question) -> ZoneInfo:
    """The reader's; while their browser has not told it, what it told before, or the meeting's."""
    here = timezone.get_current_timezone()
    if not _zone_is_unknown(request) and isinstance(here, ZoneInfo):
        return here
    known = known_zone(question.guest.time_zone)
    return known or (question.booking.zone if question.booking else ZoneInfo("UTC"))


def _zone_is_unknown(request: Request) -> bool:
    is_member = may_be_signed_in(request) and request.user.is_authenticated
    return not is_member and ZONE_COOKIE not in request.COOKIES
