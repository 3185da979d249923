"""A double's own pages, which no provider has: what was asked of it, and how people stand."""

from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from .people import page
from .wire import Reply

if TYPE_CHECKING:
    from .base import Double

PREFIX = "/double/"
HEADS = ("at", "what", "method", "path", "name", "signature", "status")

WATCH = """
const row = ({at, status, kind, verified, method, path, name}) => {
  const line = document.createElement('tr');
  const proof = kind === 'call' ? (verified ? 'verified' : 'NOT VERIFIED') : '';
  const told = [at, kind, method, path, name, proof, status];
  for (const text of told) line.insertCell().textContent = text;
  return line;
};
const look = async () => {
  const now = await fetch('/double/journal').then((reply) => reply.json()).catch(() => 0);
  if (now) document.querySelector('tbody').replaceChildren(...now.entries.map(row).reverse());
  setTimeout(look, 1000);
};
look();
"""


def answer(double: "Double", method: str, path: str) -> Reply:
    """The page at a path of the double's own. None of this is noted."""
    parts = urlsplit(path)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    who = query.get("room", ""), query.get("person", "")
    match method, parts.path.removeprefix(PREFIX):
        case "GET", "journal":
            entries = [asdict(entry) for entry in double.diary.entries]
            return Reply({"provider": double.label, "entries": entries})
        case "GET", "state":
            return Reply(double.follows(*who).json().encode())
        case "POST", "closed":
            double.closes_page(*who)
            return Reply("", status=204)
        case "GET", "":
            return Reply(overview(double), kind="text/html; charset=utf-8")
    return Reply("There is no such page.", status=404, kind="text/plain")


def overview(double: "Double") -> str:
    changed = {n: v for n, v in double.switch.items() if v != double.switches[n]}
    switches = "".join(f"<dt>{escape(n)}</dt><dd>{escape(str(v))}</dd>" for n, v in changed.items())
    heads = "".join(f"<th>{each}</th>" for each in HEADS)
    return page(
        f"{double.label} (double)",
        f"<h1>{escape(double.label)}, a double at {double.url}</h1>"
        "<p>A stand-in for the provider, to try Parley with. It has no picture and no sound.</p>"
        f"<dl>{switches}</dl><h2>Journal</h2>"
        f"<table><thead><tr>{heads}</tr></thead><tbody></tbody></table><script>{WATCH}</script>",
    )
