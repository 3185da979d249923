"""Ten browsers that press the same button at the same moment."""

import re
import uuid
from collections import Counter
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.models import User
from meetings.models import Booking
from tests.conftest import Share, signed_in
from tests.together import seen_by_all, together

from .conftest import Typed
from .reading import page, text_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_ten_forms_for_one_slot_one_is_saved_and_the_others_offer_free_times(
    dana: User, typed: Typed, share_database: Share
) -> None:
    form = typed()
    browsers = [browser_of(dana) for _ in range(10)]
    share_database()

    def send(browser: RequestFactory) -> HttpResponse:
        request = browser.post("/meetings/new/", {**form, "request_key": uuid.uuid4()})
        request._dont_enforce_csrf_checks = True
        return site.get_response(request)

    site = WSGIHandler()
    answers: list[Any] = together(*[lambda each=each: send(each) for each in browsers])

    assert Counter(each.status_code for each in answers) == {302: 1, 422: 9}
    refused = [each for each in answers if each.status_code == 422]
    assert all("This time is taken. Review" in text_of(each) for each in refused)
    offered = {re.findall('data-take-time="(.+?)"', page(each))[0] for each in refused}
    assert offered == {"2026-11-24T10:45"}
    assert seen_by_all(Booking.objects.count) == 1


def browser_of(user: User) -> RequestFactory:
    """No test client: each of many would copy what every template of all the others is given."""
    browser = RequestFactory()
    browser.cookies = signed_in(user).cookies
    return browser
