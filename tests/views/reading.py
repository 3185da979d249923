"""Reading a page as its reader does: its words, its forms, and what is said at a field."""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

Values = dict[str, str]
Form = dict[str, str | None]


def page(response: Any) -> str:
    return str(response.content.decode())


def text_of(response: Any) -> str:
    """The words of a page, without markup, scripts and runs of white space."""
    return _words(page(response))


@lru_cache(maxsize=16)  # one page is asked for many words
def _words(html: str) -> str:
    html = re.sub(r"(?s)<(script|style|head|svg)\b.*?</\1>", " ", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def error_at(response: Any, field: str) -> str:
    """What is said at a field; nothing when it is fine."""
    found = re.search(rf'(?s)<div id="id_{field}_error">(.*?)</div>', page(response))
    return " ".join(unescape(re.sub(r"(?s)<[^>]+>", " ", found[1])).split()) if found else ""


def form_with(response: Any, field: str, **typed: Any) -> Values:
    """What a browser would send from the form that has this field, after typing the rest."""
    form = next(form for form in _forms(page(response)) if field in form)
    return filled(form, typed)


def filled(form: Mapping[str, str | None], typed: Mapping[str, Any]) -> Values:
    """A form with this typed into it; nothing is sent of what is None."""
    values = {name: value for name, value in {**form, **typed}.items() if value is not None}
    return {name: str(value) for name, value in values.items()}


@lru_cache(maxsize=16)
def _forms(html: str) -> list[Form]:
    reader = FormReader()
    reader.feed(re.sub(r"(?s)(<select\b[^>]*>)(.*?)</select>", _as_chosen, html))
    return reader.forms


def _as_chosen(select: re.Match[str]) -> str:
    """A list with what is chosen in it alone: those of time zones are most of a page."""
    options: list[str] = re.findall(r"<option\b[^>]*>", select[2])
    chosen = [option for option in options if re.search(r"\sselected\b", option)] or options[:1]
    return f"{select[1]}{''.join(chosen)}</select>"


class FormReader(HTMLParser):
    """The forms of a page with the values that they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append({})
        elif self.forms and (read := getattr(self, f"_{tag}_begins", None)):
            read(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:  # a browser drops the line break after the tag
            so_far = self.forms[-1][self._textarea] or ""
            self.forms[-1][self._textarea] = so_far + (data if so_far else data.lstrip("\n"))

    def _input_begins(self, given: dict[str, str | None]) -> None:
        boxed = given.get("type") in {"checkbox", "radio"}
        if name := given.get("name"):
            if boxed and "checked" not in given:
                self.forms[-1].setdefault(name, None)
            else:
                self.forms[-1][name] = given.get("value") or ("on" if boxed else "")

    def _textarea_begins(self, given: dict[str, str | None]) -> None:
        self._textarea = given.get("name") or ""
        self.forms[-1][self._textarea] = ""

    def _select_begins(self, given: dict[str, str | None]) -> None:
        self._select = given.get("name") or ""
        self.forms[-1].pop(self._select, None)

    def _option_begins(self, given: dict[str, str | None]) -> None:
        if self._select and ("selected" in given or self._select not in self.forms[-1]):
            self.forms[-1][self._select] = given.get("value") or ""
