"""What came of it, on the console and as the table of docs/chaos.md."""

import os
import platform
import sys
from pathlib import Path

from chaos.diary import Page

DOCS = Path(__file__).resolve().parent.parent / "docs" / "chaos.md"
BEGIN, END = "<!-- the table: made by `make chaos` -->", "<!-- end of the table -->"
HEADS = ("fault", "requests", "promises", "lost", "doubled", "what people saw", "well again after")


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def write(pages: list[Page], *, took: float, into_docs: bool) -> int:
    """Print the report, and write it where all of it was run; 1 if anything went wrong."""
    table = "\n".join([_row(HEADS), _row(["---"] * len(HEADS)), *map(_line, pages)])
    summary = _summary(pages, took)
    say(f"\n{table}\n\n{summary}")
    for page in pages:
        for words in [*page.lost, *page.doubled, *page.wrong]:
            say(f"  {page.name}: {words}")
    if into_docs:
        text = DOCS.read_text()
        before, after = text.partition(BEGIN)[0], text.partition(END)[2]
        DOCS.write_text(f"{before}{BEGIN}\n\n{table}\n\n{summary}\n\n{END}{after}")
    return int(any(page.lost or page.doubled or page.wrong for page in pages))


def _line(page: Page) -> str:
    seen = "; ".join(f"{words} ({times} times)" for words, times in page.seen.most_common())
    wrong = f"; **{len(page.wrong)} wrong answers**" if page.wrong else ""
    counts = (page.requests, page.promises, len(page.lost), len(page.doubled))
    back = "" if page.recovered is None else f"{page.recovered:.1f} s"
    return _row([page.name, *map(str, counts), (seen or "nothing") + wrong, back])


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _summary(pages: list[Page], took: float) -> str:
    requests = sum(page.requests for page in pages)
    promises = sum(page.promises for page in pages)
    lost = sum(len(page.lost) for page in pages)
    doubled = sum(len(page.doubled) for page in pages)
    return (
        f"{requests} requests, {promises} promises, {lost} lost, {doubled} doubled; "
        f"{pages[0].note}. {took / 60:.1f} minutes on {os.cpu_count()} cores, "
        f"Python {platform.python_version()}."
    )
