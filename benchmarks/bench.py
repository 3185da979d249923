"""Every figure of the performance page, on SQLite and, where it answers, PostgreSQL.

    make bench                               # some minutes, on databases that are thrown away
    make bench ARGS="--only sqlite"
    make bench ARGS="--meetings 1000 100000 1000000"

Prints a table for each database and writes benchmarks/results/*.json.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
SERVER = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")


def arguments() -> argparse.Namespace:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    wanted.add_argument("--only", choices=["sqlite", "postgres"])
    wanted.add_argument("--meetings", type=int, nargs="+", default=[1000, 100_000])
    wanted.add_argument("--port", type=int, default=8390)
    return wanted.parse_args()


def main() -> None:
    wanted = arguments()
    for kind in [wanted.only] if wanted.only else ["sqlite", "postgres"]:
        began = time.monotonic()
        found = on_sqlite(wanted) if kind == "sqlite" else on_postgres(wanted)
        if found is None:
            print(f"\n{kind}: does not answer at {SERVER}, so nothing is measured on it")
            continue
        report(kind, found | {"seconds": round(time.monotonic() - began)})


def on_sqlite(wanted: argparse.Namespace) -> dict[str, object] | None:
    return run("", wanted)


def on_postgres(wanted: argparse.Namespace) -> dict[str, object] | None:
    """In a database of its own, which is dropped."""
    import psycopg  # noqa: PLC0415

    name = f"bench_{os.getpid()}"
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        return None
    with server:
        server.execute(f"CREATE DATABASE {name}".encode())
        try:
            return run(SERVER.rpartition("/")[0] + f"/{name}", wanted)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def run(database: str, wanted: argparse.Namespace) -> dict[str, object]:
    """What a process of its own has measured there."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        told = [database, file.name, str(wanted.port), *map(str, wanted.meetings)]
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "benchmarks.run", *told], check=True, cwd=HERE.parent
        )
        found: dict[str, object] = json.loads(Path(file.name).read_text())
    return found | {"meetings": wanted.meetings, "machine": machine()}


def machine() -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "system": platform.system(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def report(kind: str, found: dict[str, object]) -> None:
    from benchmarks.goals import table  # noqa: PLC0415

    figures = found["figures"]
    assert isinstance(figures, dict)  # noqa: S101
    print(f"\n{kind}, {found['meetings']} meetings, load {found['load']}, {found['seconds']} s")
    print("\n".join(table(figures)))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{kind}.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    main()
