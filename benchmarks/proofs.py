"""Measures proofs: milliseconds per question, whole checks, how they grow, and the ledger of what was decided.

    python benchmarks/proofs.py [--quick] [--questions 4000] [--seed 1] [--update]

Asked is what ``revrules check`` asks, with nothing kept from earlier runs; the ledger adds random questions. All times are CPU
times, so that a busy machine changes them little.
``--update`` writes the tables into ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import thread_time
from typing import TYPE_CHECKING

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT / "tests" / "properties")]

from proofs_data import ruleset as generated  # noqa: E402 - beside this file
from questions import case_of  # type: ignore[import-not-found]  # noqa: E402 - of the property tests, which mypy does not see

from revrules.backends.smt import Answer, Prover, Verdict, Want  # noqa: E402
from revrules.compiler import compile_path, compile_text  # noqa: E402
from revrules.findings import findings  # noqa: E402
from revrules.proofs.questions import Questions  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from revrules import ir

TODAY = datetime.date(2026, 11, 21)
STAGES = (25, 50, 100)
REPOSITORY = (
    *sorted((ROOT / "rulesets").glob("*/rules.rev")),
    *sorted((ROOT / "examples").glob("**/rules.rev")),
    *sorted((ROOT / "tests" / "rulesets").glob("*/rules.rev")),
    *sorted((ROOT / "tests" / "rulesets" / "definitions").glob("*.rev")),
    HERE / "record.rev",
)


@dataclass
class Asked:
    """The answers to some questions and how long each took, in milliseconds."""

    answers: list[Answer] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def add(self, answer: Answer, seconds: float) -> None:
        """Add one answer."""
        self.answers.append(answer)
        self.times.append(1000 * seconds)

    def count(self, verdict: Verdict) -> int:
        """Return how many answers are of that kind."""
        return sum(answer.verdict is verdict for answer in self.answers)

    def reasons(self) -> Counter[str]:
        """Return why questions stayed undecided, and how often; what differs from question to question cut out."""
        open_ = (answer.reason for answer in self.answers if answer.verdict is Verdict.UNDECIDED)
        return Counter(re.sub(r"`[^`]*`|\d[\d,]*", "…", reason) for reason in open_)

    def at(self, share: float) -> float:
        """Return the time within which that share of the answers came."""
        return sorted(self.times)[min(int(share * len(self.times)), len(self.times) - 1)]


@dataclass
class Stopwatch:
    """A prover with a watch: what it is asked goes on, the answers and times are kept."""

    prover: Prover
    asked: Asked

    def find(self, entity: str, wants: Sequence[Want], *, alone: bool = False, core: bool = True) -> Answer:
        """Return the prover's answer."""
        started = thread_time()
        answer = self.prover.find(entity, wants, alone=alone, core=core)
        self.asked.add(answer, thread_time() - started)
        return answer


def checked(ruleset: ir.Ruleset) -> tuple[Asked, float]:
    """Return what checking a ruleset asks, and the CPU seconds of all of it, with nothing kept from before."""
    asked = Asked()
    questions = Questions(ruleset, TODAY, prover=lambda rules, today: Stopwatch(Prover(rules, today), asked))
    gc.collect()
    started = thread_time()
    findings(ruleset, TODAY, questions)
    return asked, thread_time() - started


def compiled(path: Path) -> ir.Ruleset:
    """Return the ruleset at ``path``."""
    found = compile_path(path).ruleset
    assert found is not None, path
    return found


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=4000, help="random ones, for the ledger")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a small run, to see that it works")
    parser.add_argument("--update", action="store_true")
    given = parser.parse_args()
    if given.quick:
        given.questions = 240
    checked(compiled(HERE / "record.rev"))  # loads z3
    sections = {
        "questions": per_question(1 if given.quick else 5),
        "checks": whole_checks(1 if given.quick else 3),
        "growth": growth(STAGES[:1] if given.quick else STAGES),
        "ledger": ledger(given.questions, given.seed),
    }
    print("\n\n".join("\n".join(lines) for lines in sections.values()))
    if given.update:
        update(sections)


# --- speed -------------------------------------------------------------------------------------------------------


def per_question(rounds: int) -> list[str]:
    """Return the table of times per question of single rulesets."""
    lines = ["| ruleset | questions | median, ms | p99, ms | longest, ms |", "|---|---|---|---|---|"]
    for path in (HERE / "record.rev", *(path for path in REPOSITORY if path.parent.parent == ROOT / "rulesets")):
        runs = [checked(compiled(path))[0] for _ in range(rounds)]
        best = min(runs, key=lambda run: sum(run.times))
        name = path.parent.name if path.stem == "rules" else path.name
        lines.append(f"| {name} | {len(best.times):,} | {median(best.times):.2f} | {best.at(0.99):.1f} | {max(best.times):.1f} |")
    return lines


def whole_checks(rounds: int) -> list[str]:
    """Return the table of ``revrules check`` of a whole ruleset, from a cold start."""
    lines = ["| `revrules check` of `rulesets/b2b_saas` | seconds |", "|---|---|"]
    target = str(ROOT / "rulesets" / "b2b_saas")
    for name, words, keeps in (
        ("without proofs", ["--no-proofs"], True),
        ("with proofs, nothing kept", [], False),
        ("with proofs, once more", [], True),
    ):
        with tempfile.TemporaryDirectory() as folder:
            seconds = []
            for number in range(rounds + 1):
                place = Path(folder) / ("cache" if keeps else f"cache{number}")
                command = [sys.executable, "-m", "revrules", "check", target, *words]
                if not keeps:  # what was compiled before is kept, what was proved is not
                    command_run([*command, "--no-proofs"], place)
                seconds.append(command_run(command, place))
        lines.append(f"| {name} | {min(seconds[1:]):.2f} |")
    asked, whole = checked(compiled(ROOT / "rulesets" / "b2b_saas" / "rules.rev"))
    return [
        *lines,
        "",
        f"Its {len(asked.times):,} questions take {sum(asked.times) / 1000:.2f} s of the {whole:.2f} s of its findings.",
    ]


def command_run(command: list[str], cache: Path) -> float:
    """Return the CPU seconds of one run of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, env=os.environ | {"REVRULES_CACHE_DIR": str(cache)}, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} failed with {done.returncode}:\n{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def growth(sizes: Iterable[int]) -> list[str]:
    """Return the table of generated rulesets of growing size."""
    lines = [
        "| stages | criteria | questions | undecided | check, s | ms per question | median, ms | p99, ms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for stages in sizes:
        ruleset = compile_text(generated(stages)).ruleset
        assert ruleset is not None
        asked, seconds = checked(ruleset)
        each = 1000 * seconds / max(len(asked.times), 1)
        lines.append(
            f"| {stages} | {10 * stages:,} | {len(asked.times):,} | {asked.count(Verdict.UNDECIDED)} | {seconds:.1f} | "
            f"{each:.2f} | {median(asked.times):.2f} | {asked.at(0.99):.1f} |"
        )
    return lines


# --- the ledger --------------------------------------------------------------------------------------------------


def ledger(count: int, seed: int) -> list[str]:
    """Return the table of what was asked and decided, and why the rest was not."""
    lines = ["| rulesets | questions | proved | refuted | undecided | decided |", "|---|---|---|---|---|---|"]
    everything, of_repository = Asked(), Asked()
    for path in REPOSITORY:
        asked, _ = checked(compiled(path))
        lines.append(row(f"`{path.relative_to(ROOT).as_posix().removesuffix('/rules.rev')}`", asked))
        of_repository.answers += asked.answers
        of_repository.times += asked.times
    lines.append(row("all of the repository", of_repository))
    for name, asked in random_ones(count, seed).items():
        lines.append(row(name, asked))
        everything.answers += asked.answers
    reasons = (of_repository.reasons() + everything.reasons()).most_common()
    told = ["Nothing was left undecided."] if not reasons else ["Undecided because:", ""]
    return [*lines, "", *told, *(f"* {number:,} × {reason}" for reason, number in reasons)]


def row(name: str, asked: Asked) -> str:
    """Return one row of the ledger."""
    undecided, whole = asked.count(Verdict.UNDECIDED), len(asked.answers)
    share = "–" if not whole else f"{1 - undecided / whole:.2%}"
    counts = (whole, asked.count(Verdict.IMPOSSIBLE), asked.count(Verdict.POSSIBLE), undecided)
    return f"| {name} | {' | '.join(f'{number:,}' for number in counts)} | {share} |"


def random_ones(count: int, seed: int) -> dict[str, Asked]:
    """Return the answers to random questions: about rulesets of few values per field, and about those of everything there is."""
    found = {"random, few values per field": Asked(), "random, all types, clocks, lists within lists": Asked()}
    small, full = found.values()
    while len(small.answers) + len(full.answers) < count:
        case = case_of(seed, 24)
        watch = Stopwatch(Prover(case.ruleset, TODAY), full if case.sort == "full" else small)
        for wants in case.questions:
            watch.find(case.entity, wants)
        seed += 1
    return found


def update(sections: dict[str, list[str]]) -> None:
    """Put the tables between the marks in the README beside this file."""
    readme = HERE / "README.md"
    text = readme.read_text("utf-8")
    for name, lines in sections.items():
        before, mark, rest = text.partition(f"<!-- proofs: {name} -->\n")
        _, end, after = rest.partition("<!-- end of proofs -->")
        text = before + mark + "\n".join(lines) + "\n" + end + after
    readme.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
