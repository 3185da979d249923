"""Runs a command that dies when its parent is killed; a kill leaves nobody else to tell it to."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.execvp(command[0], command)  # noqa: S606 (no shell)


if __name__ == "__main__":
    main(sys.argv[1:])
