import re
from dataclasses import fields
from typing import Any

import pytest
from django.conf import settings

from meetings.providers.errors import ProviderMisconfigured
from meetings.providers.videosdk import Provider

from .kit import build


class TestOptions:
    @pytest.mark.parametrize("ending", ["", "/", "/v1", "/v2", "/v2/"])
    def test_address_is_taken_with_and_without_a_version(self, ending: str) -> None:
        assert build(url=f"https://api.example{ending}").options.url == "https://api.example"

    def test_address_is_the_vendors_unless_said(self) -> None:
        assert build().options.url == "https://api.videosdk.live"
        assert build().origins == ("https://embed.videosdk.live",)

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("embed_url", "javascript:alert(1)"),
            ("room_prefix", "With spaces"),
            ("room_prefix", ""),
            ("most_people", "-1"),
            ("token_minutes", "0"),
            ("token_minutes", "100000"),
            ("webhook_key", "-----BEGIN NOTHING-----"),
            ("return_url", "/left"),
            ("return_url", "http://localhost:8000/left/"),
            ("return_url", "https://parley.example/left:here"),
            ("return_url", "https://parley.example/left?next=/a"),
            ("return_url", "https://user@parley.example/"),
            ("return_url", "https://parley.example/\n"),
        ],
    )
    def test_option_that_cannot_work_is_refused_by_name(self, option: str, value: Any) -> None:
        with pytest.raises(ProviderMisconfigured, match=f"main.*{option}"):
            build(**{option: value})

    def test_address_for_leaving_is_refused_at_once_however_odd_it_is(self) -> None:
        with pytest.raises(ProviderMisconfigured):
            build(return_url="https://" + "a" * 50_000 + ":")

    @pytest.mark.parametrize(
        "url",
        [
            "https://parley.example/left/3f2a/?a=b",
            "http://127.0.0.1:8000/left/",
            "https://P.example",
        ],
    )
    def test_address_for_leaving_is_taken(self, url: str) -> None:
        assert build(return_url=url).options.return_url == url

    def test_room_holds_what_the_vendors_guide_says_or_the_account(self) -> None:
        assert build().most_people == 50
        assert build(most_people="100").most_people == 100
        assert build(most_people="0").most_people is None

    def test_every_option_is_explained(self) -> None:
        page = (settings.BASE_DIR / "docs/providers/videosdk.md").read_text()
        explained = re.findall(r"^\| `MEETING_<ALIAS>_([A-Z_]+)`", page, re.MULTILINE)

        assert {name.lower() for name in explained} == {
            each.name for each in fields(Provider.options_class)
        }
