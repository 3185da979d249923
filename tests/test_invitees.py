"""Reading lists of people, however they were typed, pasted or saved."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.invitees import MOST_ROWS, Trouble, address_key, read
from meetings.text_files import NotText, text_of_file

ANA, BEN, EVA = ("ana@example.org", "Ana Gomez"), ("ben@example.org", ""), ("eva@example.org", "")


def people(text: str) -> list[tuple[str, str]]:
    reading = read(text)
    assert reading.troubles == (), reading.troubles
    return [(row.email, row.name) for row in reading.rows]


def troubles(text: str, **known: object) -> list[tuple[int, str, Trouble | None]]:
    return [(row.line, row.email, row.trouble) for row in read(text, **known).troubles]


# Typed and pasted


@pytest.mark.parametrize(
    "text",
    [
        "Ana Gomez <ana@example.org>\r\nben@example.org\r\n\r\neva@example.org",
        "Ana Gomez <ana@example.org>, ben@example.org; <eva@example.org>,",
        "ana@example.org (Ana Gomez)\n'ben@example.org' <ben@example.org>\nmailto:eva@example.org",
        "Ana Gomez <ana@example.org> ben@example.org eva@example.org",
        '\ufeff"Ana Gomez" <ana@example.org>;\u200bben@example.org.\reva@\u00adexample.org',
    ],
    ids=["lines", "separated", "as programs write them", "blanks", "marks that nobody sees"],
)
def test_list_is_read_as_mail_programs_and_people_write_it(text: str) -> None:
    assert people(text) == [ANA, BEN, EVA]


def test_commas_in_names_separate_no_people() -> None:
    outlook = "Gomez, Ana <ana@example.org>; Bo, Ben <ben@example.org>"
    quoted = '"Gomez, Ana" <ana@example.org>, "Bo, Ben" <ben@example.org>'

    assert people(outlook) == people(quoted)
    assert people(quoted) == [("ana@example.org", "Gomez, Ana"), ("ben@example.org", "Bo, Ben")]


# Tables


@pytest.mark.parametrize(
    "table",
    [
        "E-Mail-Adresse;Nachname;Vorname\nana@example.org;Gomez;Ana\n;;\nben@example.org;;",
        "sep=,\nName,Email\nAna Gomez,ana@example.org\n,ben@example.org",
        "prénom\tnom\tcourriel\nAna\tGomez\tana@example.org\n\t\tben@example.org",
        'Given Name,Family Name,E-mail 1 - Value\nAna,"Gomez",ana@example.org\n,,ben@example.org',
        "Ana;Gomez;ana@example.org\n;;ben@example.org",
        "1,ana@example.org,Ana Gomez,Sales\n2,ben@example.org",
    ],
    ids=["German", "Excel", "French", "Google", "no header", "address first"],
)
def test_table_is_read_by_its_header_or_by_what_stands_in_it(table: str) -> None:
    assert people(table) == [ANA, BEN]


def test_rows_of_a_table_keep_the_number_of_their_line() -> None:
    table = 'Name,Mail\n"Ana\nGomez",ana@example.org\nBen,\nEva,eva@'

    rows = read(table).rows

    assert [(row.line, row.email, row.name) for row in rows] == [
        (2, "ana@example.org", "Ana Gomez"),
        (4, "Ben", ""),
        (5, "eva@", "Eva"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_file_is_read_in_whatever_encoding_programs_save_it(encoding: str) -> None:
    data = "Name;Mail\nZoë Müller;zoe@example.org\n".encode(encoding)

    assert people(text_of_file(data)) == [("zoe@example.org", "Zoë Müller")]


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04\x14\x00\x06\x00\x08", b"\x00" * 9, b"\x89PNG\r\n\x00"]
)
def test_spreadsheet_or_picture_is_no_list(data: bytes) -> None:
    with pytest.raises(NotText):
        text_of_file(data)


# Troubles


def test_each_row_in_trouble_is_named_with_its_line() -> None:
    text = "foo\nana@example.org\nben@example\nANA@example.ORG\nben@@example.org\neva@example.org"
    known = {"invited": ["Eva@Example.org"], "organizer": "dana@example.org"}

    found = troubles(f"{text}\nDana <DANA@example.org>", **known)

    assert found == [
        (1, "foo", Trouble.NOT_AN_ADDRESS),
        (3, "ben@example", Trouble.NOT_AN_ADDRESS),
        (4, "ANA@example.ORG", Trouble.TWICE),
        (5, "ben@@example.org", Trouble.NOT_AN_ADDRESS),
        (6, "eva@example.org", Trouble.INVITED),
        (7, "DANA@example.org", Trouble.ORGANIZER),
    ]


def test_address_in_other_letters_is_the_same_and_one_that_mail_cannot_reach_is_said() -> None:
    text = "ana@müller.example, ana@xn--mller-kva.example\nanä@example.org\nben@straße.example"

    assert troubles(text) == [
        (1, "ana@xn--mller-kva.example", Trouble.TWICE),
        (2, "anä@example.org", Trouble.LETTERS),
        (3, "ben@straße.example", Trouble.LETTERS),
    ]
    assert address_key("Ana@MÜLLER.example") == "ana@xn--mller-kva.example"


def test_name_steers_nothing_and_is_not_too_long() -> None:
    text = (
        f'Name,Mail\n"Ana\r\nBcc: all@example.org\u202e",ana@example.org\n{"x" * 99},b@example.org'
    )

    ana, ben = read(text).rows

    assert ana.name == "Ana Bcc: all@example.org"
    assert (len(ben.name), ben.name_was_cut, ana.name_was_cut) == (80, True, False)


def test_list_without_end_is_read_up_to_a_point() -> None:
    reading = read("\n".join(f"g{number}@example.org" for number in range(MOST_ROWS + 5)))

    assert (len(reading.rows), reading.is_cut) == (MOST_ROWS, True)
    assert not read("a@example.org").is_cut


def test_line_without_end_keeps_nobody_waiting() -> None:
    begin = time.process_time()

    reading = read("<" + "@" * 20_000)

    assert not reading.invitees
    assert time.process_time() - begin < 1


ALPHABET = st.sampled_from(list("ab@.,;:<>\"'()[]\\ \t\r\n\x00é\u202eß\u200d=-")) | st.characters()


@given(st.text(ALPHABET), st.booleans())
def test_whatever_is_typed_is_read_without_a_crash(text: str, below_header: bool) -> None:
    reading = read(f"Name;E-Mail\n{text}" if below_header else text)

    for row in reading.good:
        assert row.email.isprintable()
        assert row.name.isascii() or "\u202e" not in row.name
        assert not set("\r\n\x00") & set(row.email + row.name)


@given(st.binary())
def test_whatever_file_is_chosen_is_read_or_refused(data: bytes) -> None:
    try:
        text = text_of_file(data)
    except NotText:
        return
    read(text)
