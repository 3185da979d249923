"""People to invite, as they were typed or pasted, or stand in a file."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.invitees import LARGEST_FILE, MOST_ROWS, Reading, Row, Trouble, read
from meetings.services.inviting import MOST_GUESTS
from meetings.text_files import NotText, text_of_file

SHOWN = 5  # rows in trouble, at a field
TROUBLES = {
    Trouble.NOT_AN_ADDRESS: gettext_lazy("“%(email)s” is not an e-mail address."),
    Trouble.LETTERS: gettext_lazy(
        "“%(email)s” has letters that mail cannot be sent to from here. Is there another address?"
    ),
    Trouble.TWICE: gettext_lazy("%(email)s is on the list already, further up."),
    Trouble.INVITED: gettext_lazy("%(email)s is invited already."),
    Trouble.ORGANIZER: gettext_lazy("%(email)s is the organizer, who needs no invitation."),
}
# Harmless where nobody looks at a preview: whoever is on the list twice is invited once.
MERGED = {Trouble.TWICE, Trouble.INVITED}
HELP = gettext_lazy(
    "One on each line, or with commas between: Ana Gomez <ana@example.org>. "
    "Each gets a mail with a link of their own."
)


def trouble_text(row: Row) -> str:
    """Why this row invites nobody."""
    assert row.trouble is not None  # noqa: S101
    return TROUBLES[row.trouble] % {"email": row.email or "–"}


def _line_text(row: Row) -> str:
    return _("Line %(line)d: %(trouble)s") % {"line": row.line, "trouble": trouble_text(row)}


class InviteesField(forms.CharField):
    """Guests of a new meeting: a tuple of `Invitee`, or words about each row in trouble."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"})

    def __init__(self, *, organizer: str) -> None:
        super().__init__(
            label=gettext_lazy("Guests"),
            help_text=HELP,
            required=False,
            max_length=LARGEST_FILE,
            strip=False,
        )
        self.organizer = organizer

    def clean(self, value: Any) -> Any:
        reading = read(super().clean(value), organizer=self.organizer)
        _refuse(reading)
        return reading.invitees


def _refuse(reading: Reading) -> None:
    troubles = [row for row in reading.troubles if row.trouble not in MERGED]
    words = [_line_text(row) for row in troubles[:SHOWN]]
    if (more := len(troubles) - SHOWN) > 0:
        more_words = ngettext("And %(n)d line more.", "And %(n)d lines more.", more)
        words.append(more_words % {"n": more})
    if reading.is_cut or len(reading.good) > MOST_GUESTS:
        words.append(_("A meeting has %(most)d guests at most.") % {"most": MOST_GUESTS})
    if words:
        raise ValidationError(words)


class ListField(forms.CharField):
    """A list that a file may stand in for: the form says when there is neither."""

    def validate(self, value: Any) -> None:
        """Nothing is fine here."""


class GuestListForm(forms.Form):
    """People to add to a meeting: typed, pasted, or as a file. Whom it invites is shown first."""

    use_required_attribute = False
    guests = ListField(
        label=gettext_lazy("People"),
        strip=False,
        max_length=LARGEST_FILE,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=HELP,
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
        help_text=gettext_lazy("CSV or text, as address books and spreadsheets save it."),
    )

    def clean_file(self) -> str:
        """What the file says."""
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > LARGEST_FILE:
            raise ValidationError(_("This file is too large: 1 MB at most."))
        try:
            return text_of_file(file.read())
        except NotText:
            raise ValidationError(
                _("This is not a text file. Save the list as CSV, and choose that file.")
            ) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        texts = (data["file"], data["guests"])
        data["guests"] = "\n".join(text for text in texts if text.strip())
        if not data["guests"]:
            self.add_error("guests", _("Please say whom to invite."))
        return data

    def reading(self, *, invited: list[str], organizer: str) -> Reading:
        return read(self.cleaned_data["guests"], invited=invited, organizer=organizer)


def cut_text(reading: Reading) -> str:
    """That there was more than is read at once; nothing when that is not so."""
    if not reading.is_cut:
        return ""
    return _("Only the first %(most)d people of the list were read.") % {"most": MOST_ROWS}
