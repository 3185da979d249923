"""How times and zones are told."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from accounts.zones import RENAMED
from meetings.wording import city_text, clock_text, lasting_text, zone_name, zone_text


def test_zone_above_many_dates_names_no_offset() -> None:
    assert zone_name(ZoneInfo("Europe/Berlin")) == "Berlin time"
    assert zone_name(ZoneInfo("UTC")) == "UTC"


@pytest.mark.parametrize("name", sorted(RENAMED))
def test_city_is_called_as_it_is_now(name: str) -> None:
    now = ZoneInfo(RENAMED[name])

    assert city_text(ZoneInfo(name)) == city_text(now)
    assert zone_text(ZoneInfo(name)).startswith(city_text(now))


def test_each_reader_has_their_own_words_though_they_are_kept() -> None:
    told = []
    for language in ("en", "de", "en"):
        with translation.override(language):
            told.append((lasting_text(90), clock_text(time(9, 5))))

    assert told[0] == told[2] == ("1 hour 30 minutes", "9:05 AM")
    assert told[1] == ("1 Stunde 30 Minuten", "09:05")
