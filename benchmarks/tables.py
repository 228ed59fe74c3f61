"""Measures whole tables: the lifecycle of the single-record benchmark over many rows, beside SQL written by hand.

    python benchmarks/tables.py [--rows 1000000 10000000] [--rounds 5] [--quick] [--update]

Every contender runs in a process of its own, rounds interleaved, and writes a file. Told are seconds (CPU and wall), the most
memory, and the median of the ratios to the floor and to the statement written by hand of the same round. ``--update`` writes the
table into ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import compileall
import os
import sys
import time
import traceback
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import tables_data
from tables_runners import RUNNERS

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
MARKERS = ("<!-- tables -->", "<!-- /tables -->")


class Spent(NamedTuple):
    """What one run of one contender took: seconds of CPU and on the wall, MiB of memory at most."""

    cpu: float
    wall: float
    memory: float


def main() -> None:
    """Measure what the command line asks for and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="measure only these contenders")
    parser.add_argument("--quick", action="store_true", help="100,000 rows, one round: does everything run and agree?")
    parser.add_argument("--update", action="store_true", help="write the table into benchmarks/README.md")
    asked = parser.parse_args()
    rows, rounds = ([100_000], 1) if asked.quick else (asked.rows, asked.rounds)
    compileall.compile_dir(HERE.parent / "revrules", quiet=2)  # as whoever installs it has it
    lines: list[str] = []
    with TemporaryDirectory(prefix="tables-") as folder:
        for count in rows:
            lines += measured(Path(folder), count, rounds, asked.only)
    print("\n".join(lines))
    if asked.update:
        write(lines)


def measured(folder: Path, rows: int, rounds: int, only: list[str] | None) -> list[str]:
    """Return the lines of the table for one number of rows."""
    tables_data.make_all(folder, rows)
    chosen = [runner for runner in RUNNERS if (only is None or runner.name in only) and rows <= runner.most_rows]
    spent: dict[str, list[Spent]] = {runner.name: [] for runner in chosen}
    for _ in range(rounds):
        for runner in chosen:
            spent[runner.name].append(run(runner.run, folder))
    head = f"| {rows:,} rows | CPU, s | wall, s | µs CPU per row | memory, MiB | × floor | × by hand |"
    lines = [head, "|---" * 7 + "|"]
    for runner in chosen:
        runs = spent[runner.name]
        cpu, wall, memory = median(r.cpu for r in runs), median(r.wall for r in runs), max(r.memory for r in runs)
        told = runner.name if runner.rows is None else f"{runner.name}, of {runner.rows:,}"
        beside = [_ratio(runs, spent.get(other or "")) for other in (runner.floor, runner.by_hand)]
        each = 1e6 * cpu / (runner.rows or rows)
        lines.append(f"| {told} | {cpu:.2f} | {wall:.2f} | {each:.2f} | {memory:.0f} | {beside[0]} | {beside[1]} |")
    return [*lines, ""]


def _ratio(runs: list[Spent], others: list[Spent] | None) -> str:
    """Return the median of the ratios on the wall, round by round."""
    return "" if not others else f"{median(run.wall / other.wall for run, other in zip(runs, others, strict=True)):.2f}"


def run(work: Callable[[Path], None], folder: Path) -> Spent:
    """Return what ``work`` takes in a process of its own."""
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(folder)
            code = 0
        except BaseException:  # noqa: BLE001 - of the child: told, then the parent stops
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    assert status == 0, "a contender failed"
    return Spent(used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss / 1024)


def write(lines: list[str]) -> None:
    """Put the table between its markers in ``benchmarks/README.md``."""
    page = HERE / "README.md"
    before, rest = page.read_text(encoding="utf-8").split(MARKERS[0])
    after = rest.split(MARKERS[1])[1]
    page.write_text(f"{before}{MARKERS[0]}\n" + "\n".join(lines).rstrip() + f"\n{MARKERS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
