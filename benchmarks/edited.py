"""Generated edits of rulesets: how many that keep the meaning are proved to, how many others get a decided direction.

    python benchmarks/edited.py [--edits 5000] [--seed 1] [--jobs 2] [--update]

Half of the edits keep the meaning, half change what one place says (``tests/properties/edits.py``); half of each are made to
random rulesets, half to those of the repository. Every answer is attacked with random records: one that shows a difference where
none is said to be counts as wrong. A change of what nothing depends on may be proved to mean the same.
"""

from __future__ import annotations

import argparse
import datetime
import multiprocessing
import os
import sys
import time
from collections import Counter
from functools import lru_cache, partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "properties"))
os.environ["REVRULES_NO_CACHE"] = "1"

from edits import changing, preserving  # type: ignore[import-not-found]  # noqa: E402 - of the property tests, which mypy does not see
from strategies import Maker  # type: ignore[import-not-found]  # noqa: E402 - as above
from test_edits import contradictions  # type: ignore[import-not-found]  # noqa: E402 - as above
from text_edits import compiled, moved, reformatted, texts_of  # type: ignore[import-not-found]  # noqa: E402 - as above

from revrules.diff import Kind, difference  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from revrules import ir
    from revrules.diff import Difference

TODAY = datetime.date(2026, 11, 21)
RULESETS = (
    "rulesets/b2b_saas",
    "rulesets/hubspot_lifecycle",
    "rulesets/salesforce_opportunity",
    "examples/quickstart/mended",
    "tests/rulesets/telco",
)
OF_TEXTS: Mapping[str, Callable[[Mapping[str, str], Random], dict[str, str] | None]] = {"reformat": reformatted, "move": moved}
BEGIN, END = "<!-- edits -->", "<!-- /edits -->"
SAME, DECIDED, OPEN, WRONG = "the same, proved", "another, decided", "undecided", "wrong"


class Outcome(NamedTuple):
    """What came of one edit. ``changes`` are the things that are not the same, ``open_changes`` those of them left undecided."""

    number: int
    keeps: bool
    kind: str
    came: str
    seconds: float
    changes: int
    open_changes: int
    told: tuple[str, ...] = ()


class Made(NamedTuple):
    """One edit: its kind, the ruleset before and after."""

    kind: str
    old: ir.Ruleset
    new: ir.Ruleset


def main() -> None:
    """Make the edits, compare, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--update", action="store_true", help="write the table into benchmarks/README.md")
    given = parser.parse_args()
    table = "\n".join(report(outcomes(given.edits, given.seed, given.jobs), given.seed))
    print(table)
    if given.update:
        page = ROOT / "benchmarks" / "README.md"
        text = page.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN, 1)
        page.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


def outcomes(count: int, seed: int, jobs: int) -> list[Outcome]:
    """Return what came of ``count`` edits; tells of those that are undecided or wrong as they come."""
    found = []
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for each in pool.imap_unordered(partial(outcome, seed), range(count), chunksize=10):
            found.append(each)
            if each.came in (OPEN, WRONG):
                told = f"{each.number}: {'keeps' if each.keeps else 'changes'}, {each.kind}: {each.came}; {'; '.join(each.told)}"
                print(told, file=sys.stderr, flush=True)
    return found


def report(found: Sequence[Outcome], seed: int) -> Iterator[str]:
    """Yield the lines of the table."""
    columns = (SAME, DECIDED, OPEN, WRONG)
    yield f"| edit | made | {' | '.join(columns)} |"
    yield "|---|---|---|---|---|---|"
    for keeps, title in ((True, "keeps the meaning"), (False, "changes what one place says")):
        some = [each for each in found if each.keeps is keeps]
        tally = Counter(each.came for each in some)
        yield f"| **{title}** | **{len(some)}** | {' | '.join(f'**{_share(tally[each], len(some))}**' for each in columns)} |"
        for kind in sorted({each.kind for each in some}):
            tally = Counter(each.came for each in some if each.kind == kind)
            yield f"| {kind} | {tally.total()} | {' | '.join(str(tally[each] or '') for each in columns)} |"
    changes, left = (sum(getattr(each, name) for each in found if not each.keeps) for name in ("changes", "open_changes"))
    seconds = [each.seconds for each in found]
    yield ""
    share = 100 * left / max(changes, 1)
    yield f"Seed {seed}. The edits of the second half changed {changes:,} things; {left} of them ({share:.2f} %) stay undecided."
    yield f"CPU seconds of a comparison: {sum(seconds) / len(seconds):.2f} on average, {max(seconds):.1f} for the slowest."


def _share(count: int, total: int) -> str:
    return f"{count} ({100 * count / max(total, 1):.2f} %)"


# --- one edit ----------------------------------------------------------------------------------------------------


def outcome(seed: int, number: int) -> Outcome:
    """Return what came of edit ``number``."""
    keeps = number % 4 < 2
    for attempt in range(1_000):
        r = Random(f"{seed}/{number}/{attempt}")
        made = _made(r, keeps=keeps, own=number % 2 == 0)
        if made is not None:
            break
    else:
        raise AssertionError("one of a thousand edits fits")
    begun = time.process_time()
    found = difference(made.old, made.new, TODAY)
    seconds = time.process_time() - begun
    wrong = next(contradictions(made.old, made.new, found, r), None)
    open_ = [each for each in found.changes if each.kind is Kind.UNDECIDED]
    came = WRONG if wrong or (keeps and not found.same and not open_) else OPEN if open_ else SAME if found.same else DECIDED
    told = (wrong,) if wrong else tuple(f"{each.what} {each.title}: {each.reserve}" for each in open_)
    return Outcome(number, keeps, made.kind, came, seconds, _count(found), len(open_), told)


def _count(found: Difference) -> int:
    """Return how many things are not proved to be the same."""
    return sum(each.kind is not Kind.SAME for each in found.changes) + sum(not each.aside for each in found.shape)


def _made(r: Random, *, keeps: bool, own: bool) -> Made | None:
    if not own:
        old = Maker(r).ruleset()
        edit = (preserving if keeps else changing)(old, r)
        return None if edit is None else Made(edit.kind, old, edit.ruleset)
    texts, old = r.choice(repository())
    kind = r.choice((*OF_TEXTS, *[""] * 10)) if keeps else ""
    if kind:
        edited = OF_TEXTS[kind](texts, r)
        return None if edited is None else Made(kind, old, compiled(edited))
    edit = (preserving if keeps else changing)(old, r)
    return None if edit is None else Made(edit.kind, old, edit.ruleset)


@lru_cache(maxsize=1)
def repository() -> tuple[tuple[dict[str, str], ir.Ruleset], ...]:
    """Return the rulesets of the repository, as texts and compiled."""
    return tuple((texts, compiled(texts)) for texts in _texts(RULESETS))


def _texts(paths: Iterable[str]) -> Iterator[dict[str, str]]:
    return (texts_of(ROOT / path) for path in paths)


if __name__ == "__main__":
    main()
