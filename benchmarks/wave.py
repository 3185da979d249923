"""A thousand meetings at nine o'clock, by the code that runs in production and by the real clock.

    make wave                  # a database of its own, thrown away; some minutes
    make wave ARGS="--meetings 200 --aliases 2"

The providers are simulated: 200 ms for an answer, five calls a second each, and a refusal for
whoever asks more often. Writes the plot of docs/performance.md and prints its figures.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from bisect import bisect_right
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PLOT = HERE.parent / "docs" / "images" / "wave.svg"
CROWD = 500  # people at one cold door
PAGES = 5000  # of people who wait


def arguments() -> argparse.Namespace:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    wanted.add_argument("--meetings", type=int, default=1000)
    wanted.add_argument("--aliases", type=int, default=4)
    return wanted.parse_args()


def set_up(aliases: list[str], folder: str) -> None:
    """Django on a database that is thrown away."""
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/wave.sqlite3")
    os.environ |= {
        "DEBUG": "true",
        "DATA_DIR": folder,
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "MEETING_PROVIDERS": ",".join(f"{a}=benchmarks.slow_provider.Provider" for a in aliases),
    }
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def main() -> None:
    wanted = arguments()
    aliases = [f"account{number}" for number in range(1, wanted.aliases + 1)]
    with tempfile.TemporaryDirectory() as folder:
        set_up(aliases, folder)
        from benchmarks.wave_run import Run  # noqa: PLC0415  (needs Django)

        run = Run(aliases, wanted.meetings)
        run.go()
        report(run)
        run.herd(CROWD)
        run.wait(PAGES)


def report(run: Any) -> None:
    from benchmarks.plot import Panel, svg  # noqa: PLC0415

    start = run.starts
    ready = sorted(at - start for at in run.ready)
    calls = [
        sorted(at - start for at, alias, _what in run.calls if alias == a) for a in run.aliases
    ]
    seconds = range(int(min(ready)) - 10, 1)
    opened = [(float(s), float(bisect_right(ready, s))) for s in seconds]
    most = [(float(s), float(max(within(each, s) for each in calls))) for s in seconds]
    number = len(run.bookings)
    panels = [
        Panel(
            title="Rooms that stand ready",
            points=opened,
            highest=number * 1.1,
            colour="#0f766e",
            limit=number,
            limit_name=f"{number} meetings",
        ),
        Panel("Calls in one second, at the busiest account", most, 6, "#1d4ed8", 5, "limit"),
    ]
    PLOT.write_text(svg(panels, begin=float(seconds[0]), end=0.0, unit="s"))
    print(f"{number} meetings at {len(run.aliases)} accounts, load {os.getloadavg()[0]:.1f}")
    print(f"first room {-ready[0]:.0f} s before the start (computed: {run.lead:.0f} s)")
    print(f"last room {-ready[-1]:.0f} s before the start, {len(ready)} of {number} ready")
    print(f"most calls in any second: {max(busiest(each) for each in calls)} of 5 at one account")
    print(f"refused for being too fast: {sum(run.refused.values())}")


def calls_at(alias: str, run: Any) -> list[float]:
    return sorted(at - run.starts for at, where, _what in run.calls if where == alias)


def within(calls: list[float], second: float) -> int:
    return bisect_right(calls, second) - bisect_right(calls, second - 1)


def busiest(calls: list[float]) -> int:
    """The most calls in any second, wherever it begins."""
    ends = (bisect_right(calls, at + 0.9999) for at in calls)
    return max((end - number for number, end in enumerate(ends)), default=0)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    threading.stack_size(512 * 1024)
    began = time.monotonic()
    main()
    print(f"all in all {time.monotonic() - began:.0f} s")
