"""Measures one record at a time: generated Python beside hand-written Python and four rule engines, with the same answers.

    python benchmarks/record.py [--rounds 15] [--records 2000] [--seed 1] [--no-peers] [--update]

All contenders take turns within each round; medians over the rounds count. Before anything is timed, all answers are compared.
``--update`` writes the tables into ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from random import Random
from statistics import median
from time import thread_time
from types import FunctionType
from typing import TYPE_CHECKING, cast

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from record_baseline import stage as by_hand_stage  # noqa: E402 - beside this file
from record_baseline import unmet as by_hand_unmet  # noqa: E402
from record_data import SHARES, make_records  # noqa: E402
from record_peers import PEERS, plain  # noqa: E402

import revrules  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.runtime.lifecycles import Bound

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
HALF_A_YEAR_AGO = TODAY - timedelta(days=180)
HEAD = "| stage, µs | × hand-written | stage and unmet criteria, µs | × hand-written |\n|---|---|---|---|---|"
PEER_RECORDS = 200
"""Records that the rule engines are measured on: a part of the others, in the same mixture."""


@dataclass
class Contender:
    """Something that answers: its function, the records in its own form, what came out of the clock, µs per record."""

    name: str
    level: int
    answer: Callable[[dict[str, object]], object]
    records: list[dict[str, object]]
    times: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Add the mean time of one pass over the records, after one that warms the processor's caches again."""
        answer, records = self.answer, self.records
        for record in records:
            answer(record)
        start = thread_time()
        for record in records:
            answer(record)
        self.times.append((thread_time() - start) / len(records) * 1e6)

    @property
    def time(self) -> float:
        """The median."""
        return median(self.times)


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a small run, to see that it works")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--update", action="store_true")
    given = parser.parse_args()
    if given.quick:
        given.rounds, given.records, given.no_peers = 3, 300, given.no_peers or find_spec("zen") is None
    records = make_records(Random(given.seed), given.records, TODAY, by_hand)
    lifecycle = revrules.load(HERE / "record.rev").lifecycle()
    bound = lifecycle.at(NOW)
    contenders = [
        Contender("hand-written", 1, with_days(cast(FunctionType, by_hand_stage)), records),
        Contender("revrules", 1, bound.stage, records),
        Contender("hand-written", 2, with_days(cast(FunctionType, by_hand_unmet)), records),
        Contender("revrules", 2, bound.unmet, records),
        Contender("revrules, typed result with reasons", 3, bound.place, records),
    ]
    if not given.no_peers:
        few = [plain(record, TODAY) for record in records[:PEER_RECORDS]]
        contenders += [Contender(name, level, make(level), few) for name, make in PEERS.items() for level in (1, 2)]
    compare_answers(contenders, records)
    run(contenders, given.rounds)
    text = "\n".join([*overall(contenders), "", *stage_by_stage(records, bound, given.rounds), "", *mixture(records)])
    print(text)
    if given.update:
        update(text)


def by_hand(record: dict[str, object]) -> str | None:
    """Return the stage of a record, by the hand-written rules."""
    return by_hand_stage(record, TODAY, HALF_A_YEAR_AGO)


def with_days(function: FunctionType) -> Callable[[dict[str, object]], object]:
    """Return a hand-written function of the record alone, the two days as its defaults: that adds no call."""
    made = FunctionType(function.__code__, function.__globals__, function.__name__, (TODAY, HALF_A_YEAR_AGO))
    answer: Callable[[dict[str, object]], object] = made
    return answer


def compare_answers(contenders: list[Contender], records: list[dict[str, object]]) -> None:
    """Stop where a contender gives another answer than the hand-written rules."""
    for contender in contenders:
        expected = by_hand_stage if contender.level == 1 else by_hand_unmet
        for record, own in zip(records, contender.records, strict=False):
            found = contender.answer(own)
            wanted: object = expected(record, TODAY, HALF_A_YEAR_AGO)
            if isinstance(found, revrules.Placement):
                not_met = [(way.stage, {b.criterion for b in (*way.unmet, *way.unknown)}) for way in found.next]
                found = (found.stage, not_met)
                stage, ways = by_hand_unmet(record, TODAY, HALF_A_YEAR_AGO)
                wanted = (stage, [(name, set(names)) for name, names in ways])
            if found != wanted:
                raise SystemExit(f"{contender.name}, level {contender.level}: {found!r} instead of {wanted!r} for {record!r}")


def run(contenders: list[Contender], rounds: int) -> None:
    """Let all take turns, ``rounds`` times, after one round that does not count."""
    gc.collect()
    gc.disable()
    for each in range(rounds + 1):
        for contender in contenders:
            contender.measure()
            if not each:
                contender.times.clear()
    gc.enable()


def overall(contenders: list[Contender]) -> list[str]:
    """Return the table of all contenders."""
    lines = [
        "| contender | stage, µs | × hand-written | stage and unmet criteria, µs | × hand-written |",
        "|---|---|---|---|---|",
    ]
    by_hand = {c.level: c.time for c in contenders if c.name == "hand-written"}
    for name in dict.fromkeys(c.name for c in contenders if c.level < 3):
        one, two = (next(c.time for c in contenders if c.name == name and c.level == level) for level in (1, 2))
        lines.append(f"| {name} | {one:.2f} | {one / by_hand[1]:.2f} | {two:.2f} | {two / by_hand[2]:.2f} |")
    third = next(c.time for c in contenders if c.level == 3)
    second = next(c.time for c in contenders if c.level == 2 and c.name == "revrules")
    more = f"{third - second:.2f} µs more than stage and unmet criteria"
    return [*lines, "", f"The typed result with all its reasons takes {third:.2f} µs, {more}."]


def stage_by_stage(records: list[dict[str, object]], bound: Bound, rounds: int) -> list[str]:
    """Return the table of revrules beside hand-written Python for the records of each stage."""
    lines = ["| stage | stage, µs | × hand-written | stage and unmet criteria, µs | × hand-written |", "|---|---|---|---|---|"]
    functions = (
        with_days(cast(FunctionType, by_hand_stage)),
        bound.stage,
        with_days(cast(FunctionType, by_hand_unmet)),
        bound.unmet,
    )
    for name in SHARES:
        own = [record for record in records if by_hand(record) == name]
        own *= max(1, 400 // len(own))
        four = [Contender(str(name), 1, function, own) for function in functions]
        run(four, rounds)
        a, b, c, d = (each.time for each in four)
        lines.append(f"| {name or 'nowhere'} | {b:.2f} | {b / a:.2f} | {d:.2f} | {d / c:.2f} |")
    return lines


def mixture(records: list[dict[str, object]]) -> list[str]:
    """Return what the records are like."""
    stages = Counter(by_hand(record) or "nowhere" for record in records)
    missing = sum(value is None for record in records for value in record.values()) / sum(map(len, records))
    shares = ", ".join(f"{name} {count / len(records):.0%}" for name, count in stages.most_common())
    return [f"{len(records):,} records, {missing:.0%} of the values missing: {shares}."]


def update(text: str) -> None:
    """Put the tables between the marks in the README beside this file."""
    readme = HERE / "README.md"
    before, mark, rest = readme.read_text("utf-8").partition("<!-- record -->\n")
    _, end, after = rest.partition("<!-- end of record -->")
    readme.write_text(f"{before}{mark}{text}\n{end}{after}", "utf-8")


if __name__ == "__main__":
    main()
