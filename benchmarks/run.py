"""All figures on one database: `python -m benchmarks.run DATABASE_URL FILE PORT MEETINGS…`."""

import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import start

ROUNDS = 6  # batches of each page
OFTEN = 40  # calls; half of them stay below what counts, as the slowest tell of the neighbours
MEET = {"room": 3150.0, "list": 68_000.0, "create": 11_700.0}  # µs, with a RAW1 of MEET_RAW
MEET_RAW = 442.0

Figures = dict[str, float]


def main(database: str, file: str, port: int, sizes: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        told = start.environment(Path(folder), database or f"sqlite:///{folder}/bench.sqlite3")
        os.environ.update(told)
        start.set_up()
        found: dict[str, Any] = {"load": [os.getloadavg()[0]]}
        found["figures"], found["costs"] = measure(sizes, port)
        found["load"].append(os.getloadavg()[0])
    Path(file).write_text(json.dumps(found, indent=1))


def measure(sizes: list[int], port: int) -> tuple[Figures, dict[str, float]]:
    """Each figure by the name of its goal, and what each page costs."""
    from benchmarks import books, pages  # noqa: PLC0415
    from benchmarks.meter import cost  # noqa: PLC0415
    from benchmarks.seed import Site  # noqa: PLC0415

    site = Site()
    site.grow(sizes[0])
    session = pages.live(site)
    calls = pages.cases(site, session)
    costs = cost(calls, rounds=ROUNDS, batch=10)
    say("pages", {name: round(value) for name, value in costs.items()})
    figures = ratios(costs) | counts(calls) | growth(site, sizes, calls)
    figures["P15"] = books.insert_and_book(site)
    slots, rude = books.one_slot(site)
    figures |= {"P16": slots, "P16 rude": rude}
    figures["P20"] = books.old_series()
    figures["P22"] = books.reminders(site)
    say("figures without crowds", figures)
    return figures | crowds(site, session, port), costs


def ratios(costs: Figures) -> Figures:
    """What is a ratio of CPU times of this run; Meet's is scaled by the bare SELECT of both."""
    here = costs["raw"] / MEET_RAW
    return {
        "P1": costs["join"] / costs["raw"],
        "P4": MEET["room"] * here / costs["join"],
        "P12": costs["dashboard"] / costs["empty"],
        "P13": MEET["list"] * here / costs["dashboard"],
        "P17": MEET["create"] * here / costs["create"],
        "P23": costs["door"] / costs["redirect"],
    }


def counts(calls: dict[str, Callable[[], object]]) -> Figures:
    from benchmarks.pages import told  # noqa: PLC0415

    join, door, create = told(calls["join"]), told(calls["door"]), told(calls["create"])
    return {
        "P3": len(join.statements),
        "P3 writes": join.writes,
        "P3 door": len(door.statements),
        "P3 poll": len(told(calls["door poll"]).statements),
        "P11": len(told(calls["dashboard"]).statements),
        "P17 statements": len(create.statements),
        "P23 session": sum("django_session" in each for each in door.statements),
    }


def growth(site: Any, sizes: list[int], calls: dict[str, Callable[[], object]]) -> Figures:
    """What half of the calls stay below, at the most meetings and at the fewest."""
    from benchmarks.books import week_of_ten  # noqa: PLC0415
    from benchmarks.pages import slow_ones, told  # noqa: PLC0415

    watched = {name: calls[name] for name in ("join", "dashboard", "create")}
    watched["free/busy"] = week_of_ten(site)
    by_size: list[Figures] = []
    for size in sizes:
        if site.bookings < size:
            site.grow(size)
        by_size.append({name: slow_ones(call, OFTEN)["p50"] for name, call in watched.items()})
        numbers = {name: len(told(call).statements) for name, call in watched.items()}
        say(f"{size} meetings, ms and statements", by_size[-1] | {"statements": numbers})
    ratio = {name: by_size[-1][name] / by_size[0][name] for name in watched}
    return {
        "P14 join": ratio["join"],
        "P14 dashboard": ratio["dashboard"],
        "P14 create": ratio["create"],
        "P21": len(told(watched["free/busy"]).statements),
        "P21 growth": ratio["free/busy"],
    }


def crowds(site: Any, session: Any, port: int) -> Figures:
    from benchmarks.crowds import at_gunicorn, at_uvicorn  # noqa: PLC0415

    figures = at_gunicorn(site, session, port)
    say("crowds at gunicorn", figures)
    return figures | at_uvicorn(site, port)


def say(what: str, found: Any) -> None:
    print(f"{what}: {found}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), [int(each) for each in sys.argv[4:]])
