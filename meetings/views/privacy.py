"""What is held about somebody: to look at, to take along, and to erase."""

import tempfile
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, BinaryIO

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.throttle import too_many
from meetings.forms.privacy import AddressForm, EraseForm
from meetings.http import MemberRequest, Request
from meetings.services.keeping import asking_for_data, erasing, own_data

Answer = HttpResponse | FileResponse

OWN = {"what": "own data"}  # as the audit log tells a download
IN_MEMORY = 2_000_000  # bytes; a larger archive is written to a file that has no name


# With an account


@require_safe
@reauthentication_required
def own(request: MemberRequest) -> HttpResponse:
    """One's data to take along, and what erasing the account would do."""
    return render(request, "meetings/own_data.html", _own(request, EraseForm()))


@require_POST
@reauthentication_required
def download_own(request: MemberRequest) -> Answer:
    audit.record(audit.Action.EXPORTED, request.user, values=OWN)
    return _archive(lambda file: own_data.write_account(file, request.user))


@require_POST
@reauthentication_required
def erase_own(request: MemberRequest) -> HttpResponse:
    """Erase the account: nothing of theirs takes place any more, and everybody is told."""
    form = EraseForm(request.POST)
    if not form.is_valid():
        context = _own(request, form)
        return render(request, "meetings/own_data.html", context, status=HTTPStatus.BAD_REQUEST)
    try:
        erasing.erase(request.user.email)
    except erasing.LastAdministrator:
        messages.error(request, _("You are the last administrator: give somebody all rights."))
        return redirect("own-data")
    logout(request)
    return render(request, "meetings/erased.html", {"is_account": True})


def _own(request: MemberRequest, form: EraseForm) -> dict[str, Any]:
    try:
        report = erasing.foresee(request.user.email)
    except erasing.LastAdministrator:
        report = None
    return {"form": form, "report": report, "section": "profile"}


# As a guest


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request) -> HttpResponse:
    """Have a link sent to an address. The answer is the same whether we know it or not."""
    form = AddressForm(request.POST or None)
    if not form.is_valid():
        return render(request, "meetings/my_data.html", {"form": form})
    address = form.cleaned_data["email"]
    if refusal := too_many(request, "my_data", key=address.lower()):
        return refusal
    asking_for_data.tell_soon.enqueue(address, get_language() or "en")
    return render(request, "meetings/my_data.html", {"address": address})


@login_not_required
@require_safe
@never_cache
def held(request: Request, token: str) -> Answer:
    """What is held about the address that this link was sent to."""
    return _if_valid(request, token, lambda address: _held(request, token, address, EraseForm()))


@login_not_required
@require_POST
@never_cache
def download(request: Request, token: str) -> Answer:
    def archive(address: str) -> Answer:
        audit.record(audit.Action.EXPORTED, values=OWN)
        return _archive(lambda file: own_data.write_guest(file, address))

    return _if_valid(request, token, archive)


@login_not_required
@require_POST
@never_cache
def erase(request: Request, token: str) -> Answer:
    form = EraseForm(request.POST)

    def erased(address: str) -> HttpResponse:
        if not form.is_valid():
            return _held(request, token, address, form)
        erasing.erase_guest(address)
        return render(request, "meetings/erased.html")

    return _if_valid(request, token, erased)


def _if_valid(request: Request, token: str, answer: Callable[[str], Answer]) -> Answer:
    address = asking_for_data.address_of(token)
    if address is None:
        return render(request, "meetings/my_data_old.html", status=HTTPStatus.GONE)
    response = answer(address)
    # Not "no-referrer": then the page's own forms would come without an origin, and be refused.
    response["Referrer-Policy"] = "same-origin"
    return response


def _held(request: Request, token: str, address: str, form: EraseForm) -> HttpResponse:
    context = {
        "address": address,
        "token": token,
        "rows": [each for each in asking_for_data.held_about(address) if each.count],
        "form": form,
        "has_account": erasing.person_at(address) is not None,
    }
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return render(request, "meetings/my_data_held.html", context, status=status)


def _archive(write: Callable[[BinaryIO], None]) -> FileResponse:
    # Closed with the answer
    file: Any = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    write(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="my-data.zip")
