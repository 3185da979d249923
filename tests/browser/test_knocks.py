"""Somebody waits and no host is there: told in the browser and by mail, let in from a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .people import Person
from .post import Post, link_in
from .server import HOST, Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.looks,
    pytest.mark.enable_socket,
]

NewPerson = Callable[..., Person]
SOON = 15_000
PHONE = {"width": 360, "height": 640}
# What the browser would show, counted over all tabs: they share what is stored.
COUNTING = """
window.Notification = class extends EventTarget {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(words, { tag }) {
    super();
    const shown = JSON.parse(localStorage.shown ?? "[]");
    localStorage.shown = JSON.stringify([...shown, words]);
  }
};
Object.defineProperty(document, "hidden", { get: () => true });
"""
SHOWN = "JSON.parse(localStorage.shown ?? '[]')"


def test_host_hears_of_it_once_and_admits_from_the_mail(
    new_person: NewPerson, server: Server
) -> None:
    email = next(server.hosts)
    host = new_person(HOST, email)
    _, guest_link = host.plan_meeting("Weekly planning")
    context = host.page.context
    context.add_init_script(COUNTING)
    second = Person(host.name, context.new_page())
    host.go_to("/meetings/")
    host.page.get_by_text("Tell me when somebody waits").click()
    host.page.get_by_label("By a notification of the browser").check()
    second.go_to("/meetings/")

    # Ana asks at the closed door: both pages say so, and one of them notifies
    ana = new_person("Ana Lima")
    ana.join(guest_link)
    for page in (host.page, second.page):
        expect(page.locator("#waiting-now")).to_contain_text("Ana Lima", timeout=SOON)
        expect(page).to_have_title("(1) Meetings · Parley")
    expect(host.page.locator("#announcer")).to_contain_text("1 person waits for you")
    host.becomes(f"{SHOWN}.length === 1")

    # Nobody comes: the mail, on a phone
    server.shell(LATER)
    mail = Post(server.file.parent / "mail").brings(email, 1)
    phone = new_person(host.name, viewport=PHONE)
    link = link_in(mail, "/admit/")
    phone.go_to(link)
    phone.sees("Ana Lima")
    phone.press("Let them in")
    phone.sees("Ana Lima is let in.")
    ana.is_in()

    # It is used; the title is itself again
    phone.go_to(link)
    phone.sees("It lets people in only once.")
    expect(host.page).to_have_title("Meetings · Parley", timeout=SOON)
    assert host.page.evaluate(SHOWN) == ["Ana Lima waits"]
    assert host.errors == second.errors == ana.errors == phone.errors == []


# Nobody has come for a while, and the worker looks.
LATER = """
from datetime import timedelta
from django.utils import timezone
from meetings.models import Caller
from meetings.services.mail import posting
from meetings.services.waiting import knocking
Caller.objects.update(asked_at=timezone.now() - timedelta(seconds=30))
knocking.tell_due()
posting.post_due()
"""
