"""A function that keeps its value between thresholds into a balanced CASE: the work grows with the logarithm of their number."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from revrules.backends.sql import tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from revrules.backends.sql.tree import Sql

BRANCHES = 4
"""How many ways a CASE of the tree goes; few are cheap for engines that try one after another."""
MOST_RUNS = 4
"""Ranges of integers that are said one by one; more are a list."""


def steps(value: Sql, thresholds: Sequence[Sql], results: Sequence[Sql]) -> Sql:
    """Return the first of ``results`` below the first threshold, the second from there on, and so on: one more than thresholds.

    ``value`` is said as often as there are thresholds. Where it is NULL, the result is one of them.
    """
    if len(results) == 1:
        return results[0]
    parts = min(BRANCHES, len(results))
    cuts = [len(results) * part // parts for part in range(parts + 1)]
    branches = [steps(value, thresholds[low : high - 1], results[low:high]) for low, high in pairwise(cuts)]
    bounds = [thresholds[cut - 1] for cut in cuts[1:-1]]
    return tree.case(
        [(tree.binary("<", value, bound), branch) for bound, branch in zip(bounds, branches[:-1], strict=True)], branches[-1]
    )


def stepped(value: Sql, steps_: Sequence[tuple[int, int]], first: int) -> Sql:
    """Return ``first``, and from the threshold of each pair (ascending) its number on; pairs that change nothing are left out."""
    said: list[tuple[int, int]] = []
    for threshold, result in steps_:
        if said and said[-1][0] == threshold:
            said.pop()
        if result != (said[-1][1] if said else first):
            said.append((threshold, result))
    numbers = [first, *(result for _, result in said)]
    return steps(value, [tree.whole(threshold) for threshold, _ in said], [tree.whole(number) for number in numbers])


def is_one_of(number: Sql, numbers: Iterable[int]) -> Sql:
    """Return whether an integer is one of some (at least one); NULL where it is NULL.

    What stands next to one another is said as a range: DuckDB makes a join of a list of five and more.
    """
    runs: list[list[int]] = []
    for one in sorted(numbers):
        if runs and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    if len(runs) > MOST_RUNS or (len(runs) > 1 and all(len(run) == 1 for run in runs)):
        return tree.among(number, [tree.whole(one) for run in runs for one in run])
    return tree.any_of(_in_run(number, run) for run in runs)


def _in_run(number: Sql, run: Sequence[int]) -> Sql:
    if len(run) == 1:
        return tree.binary("=", number, tree.whole(run[0]))
    return tree.between(number, tree.whole(run[0]), tree.whole(run[-1]))
