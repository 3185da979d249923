"""`manage.py retention`: what is kept no longer, by RETENTION_…_DAYS."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from meetings.services.keeping import retention

Row = tuple[str, ...]


class Command(BaseCommand):
    help = (
        "Remove what is kept no longer, as the worker does by itself. Nothing goes that is ahead, "
        "runs, or is owed to somebody. With --dry-run: list what would go."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="look, and remove nothing")

    def handle(self, **options: Any) -> None:
        if options["dry_run"]:
            self.list_old()
            return
        gone = {what: count for what, count in retention.sweep().items() if count}
        for what, count in gone.items():
            self.stdout.write(f"{what}: {count} removed")
        if not gone:
            self.stdout.write("Nothing was to go.")

    def list_old(self) -> None:
        for kind, days in settings.RETENTION.items():
            kept = f"for {days} days" if days else "for ever"
            self.stdout.write(f"{kind} are kept {kept}")
        found = [(each, count) for each in retention.old() if (count := each.count)]
        if not found:
            self.stdout.write("Nothing would go.")
            return
        lines: list[Row] = [("Kind", "What", "Rows", "Oldest")]
        for each, count in found:
            lines.append((each.kind, each.what, str(count), f"{each.oldest:%Y-%m-%d}"))
        self.write_table(lines)

    def write_table(self, lines: list[Row]) -> None:
        widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
        for line in lines:
            cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())
