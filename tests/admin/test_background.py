"""The page about background work."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings import tasks
from meetings.admin.background import all_tasks
from meetings.models import Booking, TaskRecord, WebhookDelivery, Worker
from meetings.services import background

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> str:
    return reverse("admin:meetings_background")


def test_front_page_leads_to_it(admin_client: Client, page: str) -> None:
    assert page in admin_client.get(reverse("admin:index")).text


def test_sidebar_of_every_page_leads_to_it(admin_client: Client) -> None:
    shown = admin_client.get(reverse("admin:meetings_room_changelist")).text

    sidebar = shown.partition('id="nav-sidebar"')[2].partition("</nav>")[0]
    assert f'href="{reverse("admin:meetings_background")}"' in sidebar


def test_it_says_that_no_worker_is_there(admin_client: Client, page: str) -> None:
    assert "No worker is running" in admin_client.get(page).text


def test_it_tells_a_worker_that_is_there_from_one_that_was_killed(
    admin_client: Client, page: str
) -> None:
    background.Heart("worker").beat()
    assert "There" in admin_client.get(page).text
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=5))

    text = admin_client.get(page).text

    assert "Gone without a word" in text
    assert "5\xa0minutes ago" in text


def test_it_tells_of_a_task_that_began_and_never_ended(admin_client: Client, page: str) -> None:
    background.began("remind", "one")
    TaskRecord.objects.update(began_at=timezone.now() - timedelta(minutes=10))

    text = admin_client.get(page).text

    assert "10\xa0minutes ago" in text


def test_task_is_overdue_when_a_worker_was_there_to_begin_it() -> None:
    overdue = {task.name for task in all_tasks() if task.is_overdue}
    assert "remind" in overdue
    Worker.objects.create(key="1", name="worker", pid=1)

    assert not any(task.is_overdue for task in all_tasks())

    Worker.objects.update(started_at=timezone.now() - timedelta(minutes=10))
    assert "remind" in {task.name for task in all_tasks() if task.is_overdue}
    background.began("remind", "one")
    background.ended("remind", "one")
    assert "remind" not in {task.name for task in all_tasks() if task.is_overdue}


def test_what_is_owed_is_tried_now_and_listed(admin_client: Client, page: str) -> None:
    delivery = WebhookDelivery.objects.create(
        alias="main", kind="hint", event_id="1", next_try_at=timezone.now() + timedelta(hours=1)
    )
    listed = reverse("admin:meetings_webhookdelivery_changelist") + "?next_try_at__isempty=0"
    assert listed in admin_client.get(page).text
    assert admin_client.get(listed).status_code == 200

    answer = admin_client.post(page, {"kind": "WebhookDelivery"}, follow=True)

    assert "1 is tried within a minute." in answer.text
    delivery.refresh_from_db()
    assert delivery.is_due


@pytest.mark.parametrize("kind", ["User", "", "Owed"])
def test_nothing_else_is_tried(admin_client: Client, page: str, kind: str) -> None:
    assert admin_client.post(page, {"kind": kind}).status_code == 403


def test_who_may_only_look_tries_nothing(client: Client, colin: User, page: str) -> None:
    colin.is_staff = True
    colin.save()
    client.force_login(colin)

    assert client.get(page).status_code == 403
    assert client.post(page, {"kind": "WebhookDelivery"}).status_code == 403


def test_it_takes_as_many_queries_however_much_is_owed(admin_client: Client, page: str) -> None:
    admin_client.get(page)
    with CaptureQueriesContext(connection) as few:
        admin_client.get(page)
    for number in range(30):
        WebhookDelivery.objects.create(alias="main", kind="hint", event_id=str(number))

    with CaptureQueriesContext(connection) as many:
        admin_client.get(page)

    assert len(many) == len(few) <= 20


def test_it_tells_what_retention_did_last(
    admin_client: Client, page: str, book: Callable[..., Booking], settings: Settings
) -> None:
    settings.RETENTION = {**settings.RETENTION, "meetings": 30}
    tasks.keep_no_longer.call_local()
    assert "Nothing was old enough." in admin_client.get(page).text
    book(at=timezone.now() - timedelta(days=40))

    tasks.keep_no_longer.call_local()

    assert "Removed: meetings 1." in admin_client.get(page).text
