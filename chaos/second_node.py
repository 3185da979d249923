"""The second node, web server or worker: its clock may be set while it runs.

By time-machine, which moves what Python says the time is; libfaketime breaks Python's `sleep`.
"""

import os
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.modules["pytest"] = None  # type: ignore[assignment]  # not loaded by time-machine:
import time_machine  # noqa: E402

del sys.modules["pytest"]  # the settings would take this for a test

from django.core.management import execute_from_command_line  # noqa: E402

from config.wsgi import application  # noqa: E402

CLOCK = "CHAOS_CLOCK"  # names the file that says how far the clock is ahead, in seconds

__all__ = ["application"]


def follow(file: Path) -> None:
    ahead, travel = 0, None
    while True:
        wanted = int(file.read_text() or 0)
        if wanted != ahead:
            if travel:
                travel.stop()
            travel = None
            if wanted:
                there = datetime.now(UTC) + timedelta(seconds=wanted)
                travel = time_machine.travel(there, tick=True)
                travel.start()
            ahead = wanted
        time.sleep(0.1)


threading.Thread(target=follow, args=(Path(os.environ[CLOCK]),), daemon=True).start()

if __name__ == "__main__":
    execute_from_command_line(["manage.py", *sys.argv[1:]])
