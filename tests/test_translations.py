"""Every text can be translated, and is: the catalogues are whole, and pages speak the language."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po
from django.conf import settings as project
from django.test import Client
from django.urls import reverse
from django.utils.translation.template import templatize

from accounts.models import User
from meetings.models import JoinLink

ROOT = Path(project.BASE_DIR)
CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
TEMPLATES = sorted(file for file in (ROOT / "templates").rglob("*.*"))
SOURCES = [
    file for app in ("accounts", "config", "meetings") for file in (ROOT / app).rglob("*.py")
]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w+\}")
TAG = re.compile(r"</?\w+[^>]*>")
ADVICE = "Run `make messages`, then translate what is new in locale/."


@cache
def read(file: Path) -> Catalog:
    with file.open("rb") as text:
        return read_po(text, locale=language_of(file), domain="django")


def language_of(file: Path) -> str:
    return file.parent.parent.name


def messages(file: Path) -> list[Message]:
    return [message for message in read(file) if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    """A message's singular and plurals, or the only form that it has."""
    return [text] if isinstance(text, str) else list(text)


each_catalogue = pytest.mark.parametrize("file", CATALOGUES, ids=language_of)


# --- The catalogues


def test_every_language_of_the_product_has_its_catalogue():
    languages = {code for code, _ in project.LANGUAGES} - {"en"}

    assert {language_of(file) for file in CATALOGUES} == languages


@each_catalogue
def test_catalogue_leaves_no_text_untranslated_or_guessed(file):
    unfinished = [each.id for each in messages(file) if each.fuzzy or not all(forms(each.string))]

    assert unfinished == []
    assert not read(file).fuzzy


@each_catalogue
def test_catalogue_holds_exactly_the_texts_of_the_code(file):
    kept = {(each.context, forms(each.id)[0]) for each in messages(file)}

    written = set(texts_in_code()) | set(texts_in_templates())

    assert written - kept == set(), ADVICE
    assert kept - written == set(), ADVICE
    assert list(read(file).obsolete) == [], ADVICE


@each_catalogue
def test_translations_keep_placeholders_and_tags(file):
    changed = [
        (original, translated)
        for message in messages(file)
        for original, translated in pairs(message)
        for part in (PLACEHOLDER, TAG)
        if Counter(part.findall(original)) != Counter(part.findall(translated))
    ]

    assert changed == []


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each translated form beside the original that it stands for: every plural for the last."""
    for original, translated in zip(forms(message.id), forms(message.string), strict=False):
        yield original, translated
    for translated in forms(message.string)[2:]:
        yield forms(message.id)[-1], translated


@each_catalogue
def test_translations_begin_and_end_like_the_original(file):
    def edges(text: str) -> tuple[bool, bool]:
        return text[:1].isspace(), text[-1:].isspace()

    changed = [
        original
        for message in messages(file)
        for original, translated in pairs(message)
        if edges(original) != edges(translated)
    ]

    assert changed == []


@each_catalogue
def test_catalogue_has_the_plurals_of_its_language(file):
    catalogue, plural = read(file), get_plural(Locale.parse(language_of(file)))
    plurals = [each for each in messages(file) if each.pluralizable]

    assert (catalogue.num_plurals, catalogue.plural_expr) == (
        plural.num_plurals,
        plural.plural_expr,
    )
    assert plurals
    assert [each.id for each in plurals if len(each.string) != plural.num_plurals] == []


@each_catalogue
def test_catalogue_says_nothing_that_changes_by_itself(file):
    head = file.read_text().partition("\n\n")[0]

    assert f'"Language: {language_of(file)}\\n"' in head
    assert "Project-Id-Version: Parley\\n" in head
    assert "-Date:" not in head
    assert "\n#: " not in file.read_text()


def texts_in_code() -> Iterator[tuple[str | None, str]]:
    for file in SOURCES:
        if "migrations" not in file.parts:
            yield from texts(file.read_bytes())


def texts_in_templates() -> Iterator[tuple[str | None, str]]:
    for file in TEMPLATES:
        lines = templatize(file.read_text(), origin=str(file)).splitlines()
        yield from texts("\n".join(line.strip() for line in lines).encode())


def texts(source: bytes) -> Iterator[tuple[str | None, str]]:
    """The context and the text of each call of gettext and its kin in this Python code."""
    lazy = {f"{name}_lazy": form for name, form in DEFAULT_KEYWORDS.items()}
    names = [*DEFAULT_KEYWORDS, *lazy, "gettext_noop"]
    for _line, name, found, _notes in extract_python(
        io.BytesIO(source), names, [], {"encoding": "utf-8"}
    ):
        said = [found] if isinstance(found, str) else list(found or [])
        context = said.pop(0) if name.startswith(("pgettext", "npgettext")) else None
        if said and said[0]:  # else the text is a variable's, and stands elsewhere
            yield context, said[0]


# --- The pages


@pytest.fixture
def german(settings: Any, tmp_path: Path) -> Catalog:
    """The German catalogue, compiled now and in use."""
    file = ROOT / "locale/de/LC_MESSAGES/django.po"
    compiled = tmp_path / file.relative_to(ROOT / "locale").with_suffix(".mo")
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as target:
        write_mo(target, read(file))
    settings.LOCALE_PATHS = [tmp_path]
    return read(file)


def english_sentences(page: str, catalogue: Catalog) -> list[str]:
    """The texts of two words and more that this page says in English."""
    shown = " ".join(unescape(page).split())
    return [
        message.id
        for message in catalogue
        if isinstance(message.id, str)
        and " " in message.id
        and message.id != message.string
        and message.id in shown
    ]


def test_a_german_browser_reads_the_sign_in_page_in_german(client, db, german):
    page = client.get(reverse("account_login"), headers={"accept-language": "de-DE,de;q=0.9"})

    assert 'lang="de"' in page.text
    assert "Passwort vergessen?" in page.text
    assert english_sentences(page.text, german) == []


def test_a_german_user_reads_their_dashboard_in_german(
    client: Client, dana: User, book: Any, german: Catalog
):
    dana.language = "de"
    dana.save()
    book("Rückblick", minutes=90)
    client.force_login(dana, backend=project.AUTHENTICATION_BACKENDS[0])

    page = client.get(reverse("dashboard"), headers={"accept-language": "en"})

    assert "Neues Meeting" in page.text
    assert "1 Stunde 30 Minuten" in page.text
    assert english_sentences(page.text, german) == []


def test_a_german_guest_finds_a_german_door(client: Client, book: Any, german: Catalog):
    link = book("Rückblick").links.get(purpose=JoinLink.Purpose.PARTICIPANT)

    page = client.get(link.get_absolute_url(), headers={"accept-language": "de"})

    assert "Dana lädt Sie ein zu" in page.text
    assert "Der Einlass beginnt" in page.text
    assert english_sentences(page.text, german) == []


def test_whoever_speaks_another_language_reads_english(client, db, german):
    page = client.get(reverse("account_login"), headers={"accept-language": "fi"})

    assert "Forgot your password?" in page.text
    assert "Passwort" not in page.text


# --- The templates

SPOKEN = {"alt", "aria-description", "aria-label", "data-copied", "label", "placeholder", "title"}
UNTRANSLATED = {
    "500.html",  # shown when nothing works any more, translations included
}
NAMES = {"Parley"}
PLACE = re.compile(r"\{\w+\}")  # where a value is filled in
WORD = re.compile(r"[^\W\d_]{2,}")
MARKED = re.compile(
    r"{%\s*block \w+_class\s*%}.*?{%\s*endblock\b.*?%}"
    r"|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)


class Words(HTMLParser):
    """The words that a page says without asking for their translation."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0
        self.feed(MARKED.sub("", template))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in {"script", "style"}
        for name, value in attrs:
            if name in SPOKEN:
                self.note(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.note(data)

    def note(self, text: str) -> None:
        if set(WORD.findall(PLACE.sub("", text))) - NAMES:
            self.found.append(" ".join(text.split()))


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<a class="big" title="Go there">{{ name }}</a>', ["Go there"]),
        ('{% if a %}<p title="{% translate "Go" %}">{% translate "Hi" %} · 3</p>{% endif %}', []),
        ("{% blocktranslate %}Hello <b>{{ name }}</b>{% endblocktranslate %} you", ["you"]),
        ("<p>{title} at {place}</p>", ["{title} at {place}"]),
        ("<p>{title} · {place}</p>", []),
        ("{# A note #}<style>p { color: red }</style>Parley", []),
    ],
)
def test_words_that_are_not_marked_are_found(template, found):
    assert Words(template).found == found


def test_templates_mark_every_word_for_translation():
    bare = {
        str(file.relative_to(ROOT)): found
        for file in TEMPLATES
        if file.name not in UNTRANSLATED and (found := Words(file.read_text()).found)
    }

    assert bare == {}
