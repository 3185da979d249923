"""`manage.py reconcile [alias …]`: where we and the providers disagree."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from meetings.models import Drift
from meetings.providers import aliases
from meetings.services import reconcile
from meetings.services.reconcile import Comparison, Difference

Row = tuple[str, str, str, str, str]
STAYS = "stays"
HEAD: Row = ("Provider", "Difference", "Room there", "Details", "Outcome")


class Command(BaseCommand):
    help = (
        "Compare our meetings, people and reservations with what the providers say, and list "
        "what differs. What is not ours is neither told nor touched. The worker does the same "
        "every five minutes, and repairs what it has seen twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("alias", nargs="*", help="only these; else each that is in use")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--repair", action="store_true", help="repair what differs, now")
        how.add_argument("--dry-run", action="store_true", help="look, and save nothing")

    def handle(self, **options: Any) -> None:
        chosen = self.chosen(options["alias"])
        if not chosen:
            self.stdout.write(
                "No provider holds anything of ours now: there is nothing to compare."
            )
            return
        comparisons = [reconcile.compare(each, keep=not options["dry_run"]) for each in chosen]
        rows = [
            self.row(comparison.alias, difference, repair=options["repair"])
            for comparison in comparisons
            for difference in comparison.found
        ]
        if rows:
            self.write_table(rows)
        self.tell_trouble(comparisons, rows)
        if not rows:
            self.stdout.write("Nothing differs.")

    def chosen(self, given: list[str]) -> list[str]:
        if unknown := [alias for alias in given if alias not in aliases()]:
            known = ", ".join(aliases())
            raise CommandError(f"There is no provider “{unknown[0]}” here; there is: {known}.")
        return given or reconcile.aliases_in_use()

    def row(self, alias: str, difference: Difference, *, repair: bool) -> Row:
        outcome = self.repaired(alias, difference) if repair else "found"
        kind = str(difference.kind.label)
        return (alias, kind, difference.room_id, difference.details, outcome)

    def repaired(self, alias: str, difference: Difference) -> str:
        drift = Drift.objects.filter(
            alias=alias, kind=difference.kind, room_id=difference.room_id
        ).latest("pk")
        if reconcile.repair(drift):
            return drift.outcome_shown.lower()
        return f"{STAYS}: {drift.error}"

    def write_table(self, rows: list[Row]) -> None:
        lines = [HEAD, *rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
        for line in lines:
            cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())

    def tell_trouble(self, comparisons: list[Comparison], rows: list[Row]) -> None:
        troubles = [
            f"{each.alias} could not be compared: {each.trouble}"
            for each in comparisons
            if each.trouble
        ]
        stay = sum(row[-1].startswith(STAYS) for row in rows)
        if stay:
            troubles.append(f"Not repaired: {stay}.")
        if troubles:
            raise CommandError("\n".join(troubles))
