"""Measures what a change means: the semantic diff of a ruleset, and its impact on real records beside one evaluation of them.

    python benchmarks/diff.py [--records 1000000] [--rounds 1] [--edits 3] [--update]

The ruleset is `rulesets/b2b_saas`; the edits change a threshold, the points of a score, how a field is read (so that records
cannot be read once for both), or drop a criterion for want of which most records stand nowhere, so that two of three move. The
records are accounts with their contacts. ``--update`` writes the table into ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import csv
import gc
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from shutil import copytree
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING

from revrules.compiler import compile_path
from revrules.diff import difference
from revrules.impact import Data, Impact
from revrules.ruleset import Ruleset
from revrules.tables import evaluate_table
from revrules.tables.run import Job, Run

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
RULESET = HERE.parent / "rulesets" / "b2b_saas"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = date(2026, 11, 21)
EDITS = {
    "a threshold": ("marketing.rev", "engagement >= 40", "engagement >= 60"),
    "the points of a score": ("marketing.rev", "+20 when segment", "+10 when segment"),
    "a field's stand-in for missing": (
        "core.rev",
        "missing when -1  from hubspot  owner marketing",
        "missing when -1, 0  from hubspot  owner marketing",
    ),
    "a criterion dropped that most lack": ("rules.rev", "      somebody:   any(contacts)\n", ""),
}  # fmt: skip
DOMAINS = ("acme.com", "gmail.com", "firm.de", "shop.fr", "bank.nl")
INDUSTRIES = ("Software", "Fintech", "Commerce", "Health Tech", "Select")
HEAD = (
    "| edit | diff, s | read and placed once, s | evaluated to CSV, s | impact, s | × placed | × evaluated | records that move |"
)


def make_data(folder: Path, records: int) -> tuple[Path, Path]:
    """Write accounts and two contacts for each tenth of them."""
    random = Random(1)
    accounts, contacts = folder / "accounts.csv", folder / "contacts.csv"
    with accounts.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            ("Account ID", "Website Domain", "Number of Employees", "Country Code", "Industry", "Engagement Score",
             "Lifecycle Stage", "Became MQL Date", "Accepted Date", "Accepted By", "Health Score", "Last Login")
        )  # fmt: skip
        for number in range(records):
            day = TODAY - timedelta(days=random.randrange(400))
            writer.writerow(
                (f"A{number}", random.choice(DOMAINS), random.choice((150, 2000, -1, 35, 900)),
                 random.choice(("DE", "US", "BR", "")), random.choice(INDUSTRIES),
                 random.randint(0, 100), random.choice(("Known", "Marketing qualified", "Sales accepted")),
                 random.choice(("", f"{day}T09:00:00Z")), random.choice(("", f"{day}T12:00:00Z")), random.choice(("", "Ada")),
                 random.randint(0, 100), random.choice(("", f"{day}T08:00:00Z")))
            )  # fmt: skip
    with contacts.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("Contact ID", "Account ID", "Email", "Opted In", "Bounced", "Buying Role"))
        for number in range(records // 5):
            role = random.choice(("Champion", "User", "Economic buyer"))
            writer.writerow(
                (f"C{number}", f"A{random.randrange(records)}", "a@firm.example", random.choice(("true", "false")), "", role)
            )
    return accounts, contacts


def timed(work: Callable[[], object], rounds: int) -> tuple[float, object]:
    """Return the median CPU seconds of ``work`` and its last result."""
    times, result = [], None
    for _ in range(rounds):
        gc.collect()
        start = process_time()
        result = work()
        times.append(process_time() - start)
    return median(times), result


def placed_once(ruleset: Ruleset, job: Job) -> int:
    """Return how many records one version places, nothing written."""
    with Run(ruleset, job, lambda issue: None) as run:
        return sum(1 for _ in run.placed())


def measure(name: str, folder: Path, files: tuple[Path, Path], rounds: int) -> str:
    """Return the row of one edit."""
    edited = folder / name.replace(" ", "_")
    copytree(RULESET, edited)
    path, old_text, new_text = EDITS[name]
    text = (edited / path).read_text(encoding="utf-8")
    assert old_text in text, f"{path} says something else by now"
    (edited / path).write_text(text.replace(old_text, new_text, 1), encoding="utf-8")

    def diff() -> object:
        old, new = compile_path(RULESET).ruleset, compile_path(edited).ruleset
        assert old is not None and new is not None, "both compile"
        return difference(old, new, TODAY)

    diff_time, found = timed(diff, 1)
    related = {"contact": str(files[1])}
    before = Ruleset(found.old)  # type: ignore[attr-defined]  # a Difference
    job = Job(str(files[0]), related, as_of=NOW)
    once, _ = timed(lambda: placed_once(before, job), rounds)
    out = folder / "out.csv"
    whole, _ = timed(lambda: evaluate_table(before, files[0], out, related=related, as_of=NOW), rounds)

    def impact() -> int:
        changes = [change for change in found.changed if not change.inherited]  # type: ignore[attr-defined]  # a Difference
        data = Data(str(files[0]), related, None, NOW)
        with Impact(found.old, found.new, changes, data, lambda issue: None) as both:  # type: ignore[attr-defined]  # as above
            for _ in both.records():
                pass
            return both.account.moved

    twice, moved = timed(impact, rounds)
    ratios = f"{twice / once:.2f} | {twice / whole:.2f}"
    return f"| {name} | {diff_time:.2f} | {once:.1f} | {whole:.1f} | {twice:.1f} | {ratios} | {moved:,} |"


def main() -> None:
    """Measure, print, perhaps write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--edits", type=int, default=len(EDITS), help="only the first few edits")
    parser.add_argument("--update", action="store_true")
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        files = make_data(folder, given.records)
        lines = [f"{given.records:,} records:", "", HEAD, "|---" * HEAD.count(" | ") + "|---|"]
        for edit in list(EDITS)[: given.edits]:
            lines.append(measure(edit, folder, files, given.rounds))
            print(lines[-1], flush=True)
    print("\n".join(lines))
    if given.update:
        readme = HERE / "README.md"
        before, _, rest = readme.read_text(encoding="utf-8").partition("<!-- diff -->\n")
        after = rest.partition("<!-- /diff -->")[2]
        table = "\n".join(lines)
        readme.write_text(f"{before}<!-- diff -->\n{table}\n<!-- /diff -->{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
