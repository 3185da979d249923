"""Which column of a table holds what, by the words that address books write above them."""

import csv
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

DELIMITERS = "\t;,"


def _plain(words: str) -> str:
    """`E-Mail Adresse` and `E-MailAdresse`, `prénom` and `Prenom` are the same."""
    apart = unicodedata.normalize("NFKD", words.casefold())
    return "".join(c for c in apart if c.isalnum())


def _all_of(*words: str) -> frozenset[str]:
    return frozenset(map(_plain, words))


MAIL = _all_of(
    *("e-mail", "mail", "e-mail address", "mail address", "primary email", "e-mail 1 - value"),
    *("E-Mail-Adresse", "Mailadresse", "E-Mail 1 - Wert", "courriel", "adresse e-mail"),
    *("adresse mail", "adresse électronique", "correo", "correo electrónico", "indirizzo e-mail"),
    *("endereço de e-mail", "e-mailadres", "adres e-mail", "e-post", "e-postadress", "sähköposti"),
    *("e-posta", "почта", "электронная почта", "эл. почта", "адрес электронной почты"),
    *("メール", "メールアドレス", "电子邮件", "邮箱"),
)
# Said of letters as well: believed when there is no better one.
ADDRESS = _all_of("address", "adresse", "adres", "contact", "kontakt", "адрес")
FIRST = _all_of(
    *("first name", "given name", "Vorname", "prénom", "nombre", "nome", "voornaam", "imię"),
    *("förnamn", "etunimi", "ad", "имя", "名"),
)
LAST = _all_of(
    *("last name", "surname", "family name", "Nachname", "Familienname", "Zuname", "nom"),
    *("nom de famille", "apellido", "apellidos", "cognome", "sobrenome", "achternaam"),
    *("nazwisko", "efternamn", "sukunimi", "soyad", "фамилия", "姓"),
)
NAME = _all_of(
    *("name", "full name", "display name", "vollständiger Name", "Anzeigename", "nom complet"),
    *("nombre completo", "nome completo", "naam", "namn", "nimi", "фио", "氏名", "姓名", "guest"),
    *("invitee", "participant", "Gast", "Teilnehmer", "Teilnehmerin"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the first line of a table says of the others; `mail` is None when it does not."""

    delimiter: str
    mail: int | None
    names: tuple[int, ...]


def columns_of(line: str) -> Columns | None:
    """What this line says as the first of a table; None when it is none."""
    if "@" in line:
        return None
    delimiter = max(DELIMITERS, key=line.count)
    cells = [_plain(cell) for cell in _cells(line, delimiter)]
    mail, names = _mail(cells), _names(cells)
    if mail is None and (len(cells) < 2 or not names):
        return None
    return Columns(delimiter=delimiter, mail=mail, names=names)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _mail(cells: list[str]) -> int | None:
    found = _place(cells, MAIL)
    return _place(cells, ADDRESS) if found is None else found


def _names(cells: list[str]) -> tuple[int, ...]:
    """The first name before the last one; `Name, Vorname` is a last name and a first one."""
    first, last, name = (_place(cells, words) for words in (FIRST, LAST, NAME))
    if first is None and name is not None:
        return (name,)
    return tuple(each for each in (first, name if last is None else last) if each is not None)


def _place(cells: list[str], words: Iterable[str]) -> int | None:
    return next((place for place, cell in enumerate(cells) if cell in words), None)
