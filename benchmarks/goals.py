"""What is promised: each figure with its goal, and what would be better still."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """At most so much, or at least where `least` says so; None where nothing is promised."""

    name: str
    what: str
    goal: float | None = None
    stretch: float | None = None
    least: bool = False
    unit: str = ""

    @property
    def wanted(self) -> tuple[float | None, float | None]:
        return self.goal, self.stretch

    def verdict(self, figure: float) -> str:
        if self.goal is None:
            return "–"
        if self.stretch is not None and self._holds(figure, self.stretch):
            return "stretch"
        return "met" if self._holds(figure, self.goal) else "missed"

    def _holds(self, figure: float, wanted: float) -> bool:
        return figure >= wanted if self.least else figure <= wanted


GOALS = (
    Goal("P1", "join: CPU ÷ one bare SELECT", 1.5, 1.4),
    Goal("P2", "join: requests/s ÷ one bare ORM get", 1.0, 1.13, least=True),
    Goal("P3", "join: statements", 1, 1),
    Goal("P3 writes", "join: rows written", 0, 0),
    Goal("P3 door", "door: statements", 1, 1),
    Goal("P3 poll", "door asks again: statements", 1, 0),
    Goal("P4", "Meet’s room GET, as shipped, ÷ join (CPU, computed)", 10, 15, least=True),
    Goal("P5", "500 in a cold room: calls that open", 1, 1),
    Goal("P6", "500 in a warm room: p99 ÷ p99 of a redirect", 2.5, 2.0),
    Goal("P7", "500 in a warm room: p99", 0.5, 0.3, unit="s"),
    Goal("P7 failed", "500 in a warm room: failed", 0, 0),
    Goal("P8", "500 in a cold room: p99 beyond the provider’s 200 ms", 2.0, 1.3, unit="s"),
    Goal("P9", "warm room while another provider hangs: p99 ÷ alone", 1.5, 1.2),
    Goal("P10", "500, a call of 200 ms for each: p99", 2.0, 1.5, unit="s"),
    Goal("P11", "dashboard of 50: statements", 5, 4),
    Goal("P12", "dashboard of 50: CPU ÷ an empty page", 3.5, 2.5),
    Goal("P13", "Meet’s list of 20 ÷ dashboard of 50 (CPU, computed)", 12, 20, least=True),
    Goal("P14 join", "join: p50 at the most meetings ÷ at the fewest", 1.3, 1.15),
    Goal("P14 dashboard", "dashboard: the same", 1.3, 1.15),
    Goal("P14 create", "new meeting: the same", 1.3, 1.15),
    Goal("P15", "new meeting: time in the database ÷ a plain insert", 1.25, 1.1),
    Goal("P16", "200 (PostgreSQL: 40) for one slot at once: meetings", 1, 1),
    Goal("P17", "Meet’s new room ÷ new meeting (CPU, computed)", 3, 4, least=True),
    Goal("P17 statements", "new meeting: statements", 7, 5),
    Goal("P18", "webhook: requests/s ÷ one bare SELECT", 0.4, 0.45, least=True),
    Goal("P19", "100 (PostgreSQL: 40) copies of one event at once: effects", 1, 1),
    Goal("P20", "30 days of an old series: dateutil’s CPU ÷ ours", 8, 10, least=True),
    Goal("P21", "free/busy, a week of ten people: statements", 1, 1),
    Goal("P21 growth", "free/busy: p50 at the most ÷ at the fewest", 1.3),
    Goal("P22", "reminders taken in a second", 20_000, 50_000, least=True),
    Goal("P23", "door of a stranger: CPU ÷ a redirect", 6, 4),
    Goal("P23 session", "door of a stranger: statements about sessions", 0, 0),
    Goal("P24", "start to the first answer", 1.5, unit="s"),
    Goal("P24 memory", "memory of one server process", 90, unit="MB"),
)


def table(figures: Mapping[str, float]) -> list[str]:
    """Lines for people, of what was measured."""
    lines = [f"{'':15}{'measured':>10}{'goal':>10}{'stretch':>9}  {'verdict':9}what"]
    for each in GOALS:
        if (figure := figures.get(each.name)) is not None:
            measured = f"{shown(figure)} {each.unit}".strip()
            goal, stretch = ("" if value is None else shown(value) for value in each.wanted)
            verdict = each.verdict(figure)
            lines += [f"{each.name:15}{measured:>10}{goal:>10}{stretch:>9}  {verdict:9}{each.what}"]
    return lines


def shown(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:.2f}"
