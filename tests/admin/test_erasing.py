"""Erasing people in the administration."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from tests.conftest import signed_in

from .conftest import act

pytestmark = pytest.mark.django_db


def test_what_changes_is_shown_before_anybody_is_erased(
    as_staff: Client, dana: User, colin: User
) -> None:
    shown = act(as_staff, "erase", dana)

    dana.refresh_from_db()
    assert "Dana (dana@example.org)" in shown
    assert "0 meetings" not in shown
    assert "rows change." in " ".join(shown.split())
    assert dana.name == "Dana"

    told = act(as_staff, "erase", dana, sure="on")

    dana.refresh_from_db()
    colin.refresh_from_db()
    assert f"Person {dana.pk} is erased" in told
    assert (dana.name, colin.name) == ("Erased person", "Colin")


def test_nobody_erases_themselves_here(as_staff: Client, staff: User) -> None:
    assert "Nobody of these can be erased by you." in act(as_staff, "erase", staff)

    act(as_staff, "erase", staff, sure="on")

    staff.refresh_from_db()
    assert staff.name == "Olga"


def test_staff_without_all_rights_erase_nobody_who_has_them(dana: User, staff: User) -> None:
    User.objects.filter(pk=dana.pk).update(is_staff=True)
    dana.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))

    act(signed_in(dana), "erase", staff, sure="on")

    staff.refresh_from_db()
    assert staff.name == "Olga"
