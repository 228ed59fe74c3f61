"""The history of a meaning over a thousand commits: what `revrules log` and `revrules blame` take.

    python benchmarks/history.py [--commits 1000] [--changes 50] [--update]

The repository is made for it, with one commit after the other to `rulesets/b2b_saas`: a few move the limit that a score has to
reach, the others comment, lay out, negate twice, or change what the term does not read. All of them change files of the ruleset.
CPU time of this process and of git, of one thread.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import tempfile
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from revrules.diff.history import history
from revrules.diff.past import Past
from revrules.diff.terms import named
from revrules.impact.blame import Blame
from revrules.impact.stages import Stages, find
from revrules.revisions import Repository
from revrules.tables.run import Job

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
TODAY = datetime.date(2026, 11, 22)
BEGIN, END = "<!-- history -->", "<!-- /history -->"
RECORD = {
    "account_id": "A-1", "domain": "pay.example", "employees": 240, "industry": "fintech", "country": "NO", "engagement": 71,
    "contacts": [{"email": "ann@pay.example", "opted_in": True, "bounced": False, "role": "user"}],
}  # fmt: skip
"""Its score is 65: it is engaged by every version whose limit is not higher."""
TERMS = ("account.qualified for marketing", "account.fit", "revenue.known")


def main() -> None:
    """Make the repository, read the histories, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=1_000)
    parser.add_argument("--changes", type=int, default=50)
    parser.add_argument("--update", action="store_true", help="write the table into benchmarks/README.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), given.commits, given.commits // given.changes)
        table = "\n".join([*report(Path(folder)), "", *of_record(Path(folder))])
    print(table)
    if given.update:
        page = ROOT / "benchmarks" / "README.md"
        text = page.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN, 1)
        page.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


def report(folder: Path) -> Iterator[str]:
    """Yield the lines of the table."""
    yield "| term | commits | contents compiled | changed its meaning | proved the same | CPU, s |"
    yield "|---|---|---|---|---|---|"
    for text in TERMS:
        started = _spent()
        with Repository.around(folder) as repository:
            past = Past(repository, PurePosixPath("rules"))
            versions = past.versions()
            first = next(versions)
            assert first.ruleset is not None, "the newest version compiles"
            (term,) = named(first.ruleset, text)
            found = history(past, chain([first], versions), term, TODAY)
        spent = _spent() - started
        yield f"| `{text}` | {found.commits:,} | {past.compiled:,} | {found.changed} | {found.proved} | {spent:.1f} |"


def of_record(folder: Path) -> Iterator[str]:
    """Yield the lines of the table about one record."""
    data = folder / "record.json"
    data.write_text(json.dumps(RECORD), encoding="utf-8")
    yield "| `revrules blame` | commits looked at | contents compiled | versions that placed the record | changes | CPU, s |"
    yield "|---|---|---|---|---|---|"
    for options, told in (
        ((), "the last change"),
        (("--all",), "all changes"),
        (("--since", "HEAD~954"), "halving, back to the 45th commit"),
    ):
        started = _spent()
        with Repository.around(folder) as repository:
            past = Past(repository, PurePosixPath("rules"))
            start = repository.resolve("HEAD")
            job = Job(str(data), lifecycle="revenue", as_of=datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC))
            listed = past.down_to(start, repository.resolve("HEAD~954")) if "--since" in options else past.states(start)
            states = iter(listed)
            first = next(states)
            newest = past.version(first).ruleset
            assert newest is not None, "the newest version compiles"
            blame = Blame(past, Stages(find(newest, job, lambda run: next(run.placed())), job))
            along = chain([first], states)
            found = blame.every(along) if "--all" in options else blame.halving(list(along)) if options else blame.last(along)
        assert found is not None, "the record moved"
        changes = sum(stood.before is not None for stood in found.stood)
        spent = f"{_spent() - started:.1f}"
        yield f"| {told} | {found.commits:,} | {past.compiled:,} | {found.placed} | {changes} | {spent} |"


def _spent() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def make(folder: Path, commits: int, every: int) -> None:
    """Write a repository of so many commits, each of which changes the ruleset's files; one in ``every`` moves the limit."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    files = {
        path.relative_to(ROOT / "rulesets" / "b2b_saas").as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "rulesets" / "b2b_saas").rglob("*"))
        if path.is_file()
    }
    stream = "".join(_commit(number, edited) for number, edited in enumerate(_edits(files, commits, every)))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=stream.encode(), check=True)
    subprocess.run(["git", "repack", "-adq"], cwd=folder, check=True)
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/main"], cwd=folder, check=True)


def _edits(files: dict[str, str], commits: int, every: int) -> Iterator[dict[str, str]]:
    """Yield the files that each commit writes."""
    yield files
    limit, marketing, sales = 60, files["marketing.rev"], files["sales.rev"]
    for number in range(1, commits):
        if number % every == every - 1:
            limit = limit + 5 if limit < 75 else 45
        spoken = f"fit >= {limit}" if number // 20 % 2 else f"not not ({limit} <= fit)"
        text = marketing.replace("fit >= 60", spoken)
        match number % 3:
            case 0:
                yield {"marketing.rev": f"# edit {number}\n{text}"}
            case 1:
                yield {
                    "marketing.rev": text,
                    "sales.rev": f"{sales}\ndefine edit_{number} of account {{ means employees >= {number} }}\n",
                }
            case _:
                yield {
                    "marketing.rev": text.replace("  ", " " * (1 + number % 5)),
                    "examples.rev": files["examples.rev"] + "\n" * number,
                }


def _commit(number: int, files: dict[str, str]) -> str:
    subject, moment = f"edit {number}", 1_700_000_000 + number * 3_600
    who = f"committer Ada <ada@example.com> {moment} +0000"
    parts = [f"commit refs/heads/main\n{who}\ndata {len(subject)}\n{subject}\n"]
    parts += [f"M 100644 inline rules/{name}\ndata {len(text.encode())}\n{text}\n" for name, text in files.items()]
    return "".join(parts)


if __name__ == "__main__":
    main()
