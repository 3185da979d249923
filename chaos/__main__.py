"""Chaos: `make chaos`. Writes the table of docs/chaos.md; ends with 1 if anything was lost.

make chaos                        # all of it; some minutes
make chaos ARGS="--only redis"    # the faults whose name has this in it, and no table
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    wanted = argparse.ArgumentParser(description="Parley on bad days.")
    wanted.add_argument("--only", default="")
    wanted.add_argument("--keep", action="store_true", help="leave the folder with the logs")
    told = wanted.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="parley-chaos-"))
    from chaos.site import Site  # noqa: PLC0415

    site = Site(directory)
    os.environ |= site.environment
    import django  # noqa: PLC0415

    django.setup()
    from chaos.run import Run  # noqa: PLC0415  (needs Django)

    return Run(site, only=told.only, keeps=told.keep).go()


if __name__ == "__main__":
    sys.exit(main())
