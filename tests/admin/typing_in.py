"""What the tests of accounts in the admin share."""

import re
from dataclasses import dataclass, field

from django.test import Client
from django.urls import reverse

from meetings.models import ProviderAccount
from meetings.providers.base import Check, Options
from meetings.providers.builtin import Provider as Builtin
from meetings.providers.errors import ProviderMisconfigured

INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*json)|<style|\sstyle=|\son\w+=")
LIST = "/admin/meetings/provideraccount/"
SECRET = "s3cret-of-the-account"
TYPED = {
    "alias": "main",
    "option_url": "https://plug.example.org",
    "option_api_key": "key-of-ours",
    "option_api_secret": SECRET,
}


def add(client: Client, backend: str = "plugnmeet", **more: str) -> str:
    """The page after typing in an account; `more` replaces or adds what is typed."""
    address = f"{LIST}add/?backend={backend}"
    return client.post(address, {**TYPED, **more}, follow=True).text


def change(client: Client, account: ProviderAccount, **more: str) -> str:
    typed = {**TYPED, "option_api_secret": "", **more}
    return client.post(page_of(account), typed, follow=True).text


def page_of(account: ProviderAccount, page: str = "change") -> str:
    return reverse(f"admin:meetings_provideraccount_{page}", args=[account.pk])


def kept() -> ProviderAccount:
    return ProviderAccount.objects.get()


@dataclass(frozen=True, kw_only=True)
class TalkativeOptions(Options):
    token: str = field(repr=False)
    seal: str = field(default="", repr=False, metadata={"lines": True})
    notes: str = field(default="", metadata={"lines": True, "label": "What we should know"})


class Talkative(Builtin):
    """Anybody's provider: it says too much, and breaks when it is tested."""

    label = "Talkative"
    options_class = TalkativeOptions

    def __init__(self, alias: str, options: TalkativeOptions, *, trusted: bool = True) -> None:
        super().__init__(alias, options, trusted=trusted)
        if len(options.token) < 22:
            text = f"Provider “{alias}”: The token “{options.token}” is too short."
            raise ProviderMisconfigured(text)

    def ping(self) -> list[Check]:
        raise ZeroDivisionError


TALKATIVE = f"{__name__}.Talkative"
