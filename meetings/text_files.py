"""Text out of a file that some program has written."""

BOMS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
NUL = "\x00"


class NotText(ValueError):
    """A file that holds something else than text."""


def text_of_file(data: bytes) -> str:
    """What the file says, whichever of the usual ways it was written in; `NotText`."""
    for mark, encoding in BOMS.items():
        if data.startswith(mark):
            return _readable(data[len(mark) :].decode(encoding, errors="replace"))
    for encoding in (_wide(data), "utf-8", "cp1252"):
        try:
            return _readable(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise NotText("No encoding fits.")


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: in Latin text every second byte is nothing."""
    start = data[:1000]
    if len(data) % 2 or len(start) < 4:
        return "utf-8"
    if start[1::2].count(0) > len(start) / 4 and not start[::2].count(0):
        return "utf-16-le"
    return "utf-16-be" if start[::2].count(0) > len(start) / 4 else "utf-8"


def _readable(text: str) -> str:
    if NUL in text or text.startswith("PK\x03\x04"):
        raise NotText("There is something in it that no text has.")
    return text
