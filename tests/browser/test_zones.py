"""The browser's zone is offered also where it says the zone's old name."""

from collections.abc import Callable

import pytest

from .people import Person

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


@pytest.mark.parametrize("said", ["Asia/Calcutta", "Asia/Kolkata"])
def test_device_in_a_renamed_city_is_offered_its_zone(
    host: Person, new_person: Callable[..., Person], said: str
) -> None:
    state = host.page.context.storage_state()
    away = new_person("Away", storage_state=state, timezone_id=said)
    away.go_to("/account/profile/")

    away.press("Use it")

    assert away.page.locator("#id_time_zone").input_value() == "Asia/Kolkata"
