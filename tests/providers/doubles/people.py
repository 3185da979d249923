"""The pages of people who came in. They follow by themselves what happens in the room."""

import json
from dataclasses import asdict, dataclass, field
from html import escape
from urllib.parse import urlencode

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; line-height: 1.25; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
form { display: inline; }
button, input { font: inherit; padding: .3rem .8rem; margin: 0 .4rem .4rem 0; }
body:has(table) { max-width: 80rem; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
td, th { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; white-space: nowrap; }
td:nth-child(4) { white-space: normal; overflow-wrap: anywhere; }
"""

FOLLOW = """
const make = (tag, text) => Object.assign(document.createElement(tag), {textContent: text});
const show = (part, lines) => document.querySelector(`[data-${part}]`)?.replaceChildren(...lines);
const heading = document.querySelector('h1'), inside = heading.dataset.inside;
const knock = ({name, url}) => {
  const button = make('button', `Let ${name} in`);
  button.onclick = () => fetch(url, {method: 'POST'});
  return button;
};
const asked = document.body.dataset.follow;
const look = async () => {
  const now = await fetch(asked).then((reply) => reply.json()).catch(() => 0);
  if (now) {
    heading.textContent = now.words || inside;
    show('people', now.people.map((each) => make('li', each)));
    const facts = Object.entries(now.facts);
    show('facts', facts.flatMap(([name, value]) => [make('dt', name), make('dd', value)]));
    show('knocks', now.knocks.map(knock));
  }
  if (now.over) document.querySelector('[data-actions]').remove();
  else setTimeout(look, 700);
};
look();
addEventListener('pagehide', () => navigator.sendBeacon(asked.replace('/state?', '/closed?')));
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """How it stands with one person in one room."""

    words: str = ""  # instead of the heading, for who is not inside
    over: bool = False  # nothing will change that
    people: tuple[str, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    knocks: tuple[dict[str, str], ...] = ()  # whom this person may let in: name and url

    def json(self) -> str:
        return json.dumps(asdict(self))


GONE = Presence(words="You are no longer in this meeting", over=True)
ENDED = Presence(words="The meeting has ended", over=True)


def page(title: str, body: str, *, follow: str = "") -> str:
    """A page; `follow` is the address that tells a `Presence`."""
    script = f"<script>{FOLLOW}</script>" if follow else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        f'<body data-follow="{escape(follow)}">{body}{script}</body></html>'
    )


def heading(inside: str, presence: Presence | None = None) -> str:
    """What stands on top: for who is inside, or why they are not."""
    words = (presence and presence.words) or inside
    return f'<h1 data-inside="{escape(inside)}">{escape(words)}</h1>'


def in_the_room(presence: Presence, actions: str) -> str:
    """What follows the room by itself, and what this person may do."""
    facts = "".join(f"<dt>{escape(n)}</dt><dd>{escape(v)}</dd>" for n, v in presence.facts.items())
    people = "".join(f"<li>{escape(each)}</li>" for each in presence.people)
    knocks = "".join(button(f"Let {each['name']} in", each["url"]) for each in presence.knocks)
    return (
        f"<dl data-facts>{facts}</dl><h2>In the room</h2><ul data-people>{people}</ul>"
        f"<div data-actions><p data-knocks>{knocks}</p>{actions}</div>"
    )


def button(label: str, path: str, **fields: str) -> str:
    address = f"{path}?{urlencode(fields)}" if fields else path  # urls of knocks are complete
    return f'<form method="post" action="{escape(address)}"><button>{escape(label)}</button></form>'


def follow(room: str, person: str) -> str:
    """Where a page asks how it stands."""
    return "/double/state?" + urlencode({"room": room, "person": person})
