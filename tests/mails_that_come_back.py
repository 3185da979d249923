"""Mails as calendar programs and mail servers write them, byte for byte in their own manner."""

from base64 import encodebytes
from dataclasses import dataclass
from datetime import UTC, datetime

SHAPES = ("google", "outlook", "apple", "thunderbird", "file_only")
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says of an event; `starts_at` is what it begins at, or is proposed."""

    uid: object
    starts_at: datetime
    email: str = "ana@example.com"
    status: str = "ACCEPTED"
    method: str = "REPLY"
    sequence: int | None = 0
    at: datetime | None = None
    comment: str = ""
    more: str = ""  # further lines of the event
    sender: str = ""  # where it is not who speaks

    @property
    def stamp(self) -> str:
        return f"{self.at or datetime.now(UTC):{STAMP}}"

    @property
    def start(self) -> str:
        return f"{self.starts_at.astimezone(UTC):{STAMP}}"

    @property
    def head(self) -> str:
        return (
            f"From: Ana Gómez <{self.sender or self.email}>\n"
            "To: meetings@example.org\nSubject: Re: Review\n"
            "Message-ID: <b7c1@mail.example.com>\nDate: Fri, 1 Jan 2027 10:00:00 +0000\n"
            "MIME-Version: 1.0\n"
        )


def written_by(shape: str, said: Said) -> bytes:
    """The mail as this program writes it."""
    return WRITERS[shape](said).replace("\n", "\r\n").encode()


def calendar(said: Said, attendee: str, *more: str) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"METHOD:{said.method}",
        *[line for line in more if line.startswith(("PRODID", "BEGIN", "END"))],
        "BEGIN:VEVENT",
        f"UID:{said.uid}",
        f"DTSTAMP:{said.stamp}",
        *([] if said.sequence is None else [f"SEQUENCE:{said.sequence}"]),
        attendee,
        *[line for line in more if not line.startswith(("PRODID", "BEGIN", "END"))],
        *said.more.splitlines(),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\n".join(map(folded, lines))


def folded(line: str) -> str:
    """Lines of more than 75 bytes go on after a blank."""
    if "\n" in line:
        return line
    return "\n ".join(line[place : place + 70] for place in range(0, len(line), 70))


def base64(text: str) -> str:
    return encodebytes(text.replace("\n", "\r\n").encode()).decode()


def google(said: Said) -> str:
    """Two copies: an alternative and a file; the comment is with the person."""
    comment = f';X-RESPONSE-COMMENT="{said.comment}"' if said.comment else ""
    text = calendar(
        said,
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={said.status};"
        f"CN={said.email};X-NUM-GUESTS=0{comment}:mailto:{said.email}",
        "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
        f"DTSTART:{said.start}",
        "ORGANIZER;CN=Dana:mailto:meetings@example.org",
        "STATUS:CONFIRMED",
    )
    return (
        f"{said.head}Sender: Google Calendar <calendar-notification@google.com>\n"
        'Content-Type: multipart/mixed; boundary="00000000000060ff"\n\n'
        '--00000000000060ff\nContent-Type: multipart/alternative; boundary="alt"\n\n'
        "--alt\nContent-Type: text/plain; charset=UTF-8; format=flowed; delsp=yes\n"
        "Content-Transfer-Encoding: base64\n\n"
        f"{base64('Ana Gómez hat diese Einladung angenommen.')}\n"
        '--alt\nContent-Type: text/html; charset="UTF-8"\n\n<p>Accepted</p>\n'
        '--alt\nContent-Type: text/calendar; charset="UTF-8"; method=REPLY\n'
        f"Content-Transfer-Encoding: 7bit\n\n{text}\n--alt--\n"
        '--00000000000060ff\nContent-Type: application/ics; name="invite.ics"\n'
        'Content-Disposition: attachment; filename="invite.ics"\n'
        f"Content-Transfer-Encoding: base64\n\n{base64(text)}\n--00000000000060ff--\n"
    )


def outlook(said: Said) -> str:
    """No organizer, Windows' names of zones, and their definitions since 1601."""
    text = calendar(
        said,
        f"ATTENDEE;PARTSTAT={said.status};CN=Ana Gómez:MAILTO:{said.email}",
        "PRODID:Microsoft Exchange Server 2010",
        "BEGIN:VTIMEZONE\nTZID:W. Europe Standard Time\nBEGIN:STANDARD\n"
        "DTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
        "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n"
        "BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
        "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE",
        f"COMMENT;LANGUAGE=de-DE:{said.comment}\\n",
        "SUMMARY;LANGUAGE=de-DE:Zugesagt: Review",
        f"DTSTART;TZID=GMT Standard Time:{said.start.removesuffix('Z')}",  # London, in winter
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
    )
    return (
        f"{said.head}X-MS-Has-Attach:\n"
        'Content-Type: multipart/alternative; boundary="_000_AM0PR04"\n\n'
        '--_000_AM0PR04\nContent-Type: text/plain; charset="iso-8859-1"\n'
        "Content-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe\n\n"
        '--_000_AM0PR04\nContent-Type: text/calendar; charset="utf-8"; method=REPLY\n'
        f"Content-Transfer-Encoding: base64\n\n{base64(text)}\n--_000_AM0PR04--\n"
    )


def apple(said: Said) -> str:
    """People are named by addresses of Apple's own, with the mail address beside it."""
    text = calendar(
        said,
        f'ATTENDEE;CN="Ana Gómez";CUTYPE=INDIVIDUAL;EMAIL="{said.email}";PARTSTAT={said.status}'
        ":urn:uuid:5b2e2c4f-7b0c-4f3e-9d65-0d3f0a6d3a11",
        "PRODID:-//Apple Inc.//macOS 15.1//EN",
        f"DTSTART:{said.start}",
        f"COMMENT:{said.comment}",
    )
    return (
        f"{said.head}Content-Type: multipart/mixed;\n boundary=Apple-Mail-5D3\n\n"
        "--Apple-Mail-5D3\nContent-Transfer-Encoding: 7bit\n"
        "Content-Type: text/plain; charset=us-ascii\n\nAna accepted.\n"
        "--Apple-Mail-5D3\nContent-Disposition: attachment; filename=iCal-20270101.ics\n"
        "Content-Type: text/calendar; charset=utf-8; method=REPLY; name=iCal-20270101.ics\n"
        f"Content-Transfer-Encoding: 8bit\n\n{text}\n--Apple-Mail-5D3--\n"
    )


def thunderbird(said: Said) -> str:
    text = calendar(
        said,
        f"ATTENDEE;CN=Ana;PARTSTAT={said.status};ROLE=REQ-PARTICIPANT:mailto:{said.email}",
        "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
        "ORGANIZER;CN=Dana:mailto:meetings@example.org",
        f"DTSTART:{said.start}",
        f"COMMENT:{said.comment}",
    )
    quoted = text.replace("=", "=3D").replace("ó", "=C3=B3")
    return (
        f"{said.head}User-Agent: Mozilla Thunderbird\n"
        'Content-Type: multipart/mixed; boundary="----------t"\n\n'
        '------------t\nContent-Type: multipart/alternative; boundary="----------u"\n\n'
        "------------u\nContent-Type: text/plain; charset=UTF-8\n\nAna has accepted.\n"
        "------------u\nContent-Type: text/calendar; method=REPLY; charset=UTF-8\n"
        f"Content-Transfer-Encoding: quoted-printable\n\n{quoted}\n------------u--\n"
        '------------t\nContent-Type: application/ics; name="invite.ics"\n'
        'Content-Disposition: attachment; filename="invite.ics"\n'
        f"Content-Transfer-Encoding: base64\n\n{base64(text)}\n------------t--\n"
    )


def file_only(said: Said) -> str:
    """Programs that were never told of calendars send the file back."""
    text = calendar(
        said,
        f"ATTENDEE;PARTSTAT={said.status}:mailto:{said.email}",
        f"DTSTART:{said.start}",
        f"COMMENT:{said.comment}",
    )
    return (
        f'{said.head}Content-Type: multipart/mixed; boundary="x"\n\n'
        "--x\nContent-Type: text/plain\n\nSee attachment.\n"
        '--x\nContent-Type: application/octet-stream; name="REPLY.ICS"\n'
        f"Content-Transfer-Encoding: base64\n\n{base64(text)}\n--x--\n"
    )


WRITERS = {
    "google": google,
    "outlook": outlook,
    "apple": apple,
    "thunderbird": thunderbird,
    "file_only": file_only,
}


# Reports


def not_delivered(message_id: str, *, action: str = "failed", whole: bool = False) -> bytes:
    """As Postfix writes it; with the whole mail, or its head only."""
    back = f"Message-ID: {message_id}\nSubject: Invitation\nFrom: a@example.org\n"
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return (
        "From: MAILER-DAEMON@mx.example.com (Mail Delivery System)\n"
        "Return-Path: <>\nTo: meetings@example.org\nAuto-Submitted: auto-replied\n"
        "Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status;\n"
        '\tboundary="9B7E.1/mx"\n\n--9B7E.1/mx\nContent-Type: text/plain; charset=us-ascii\n\n'
        "I'm sorry to have to inform you …\n\n"
        "--9B7E.1/mx\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.com\nArrival-Date: Fri, 1 Jan 2027 10:00:00 +0000\n\n"
        f"Final-Recipient: rfc822; ana@example.com\nAction: {action}\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 <ana@example.com>: Recipient address\n"
        "    rejected: User unknown\n\n"
        f"--9B7E.1/mx\nContent-Type: {kind}\n\n{back}\n{'The text.' if whole else ''}\n"
        "--9B7E.1/mx--\n"
    ).encode()


def plain(*headers: str, text: str = "I am away until Monday.") -> bytes:
    lines = ["From: Ana <ana@example.com>", "Subject: Re: Review", *headers, "", text, ""]
    return "\n".join(lines).encode()
