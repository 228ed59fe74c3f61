"""What a change does to real records: who moves, which clause moves them, how much money; and that nothing is lost."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import pytest
from test_quickstart import run

from revrules.compiler import compile_text
from revrules.diff import difference
from revrules.impact import Data, Impact
from revrules.render.changes.impact import impact_json
from revrules.ruleset import loads
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from revrules import ir
    from revrules.diagnostics import Diagnostic
    from revrules.diff import Change
    from revrules.impact import Account, Moved
    from revrules.tables.issues import Issue

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
RULES = """
ruleset shop { timezone "UTC" currency EUR }
team sales
list core { "DE", "AT" }
entity account "Account" key id {
  id          text required
  engagement  integer 0..100 missing when -1
  country     text
  arr         money 0..
  claimed     enum { lead, mql, won }
  parent      one account by parent_id
  meetings    many meeting by account_id
}
entity meeting key meeting_id { meeting_id text  account_id text  held boolean }
define hot of account { owner sales  means all of { eager: engagement >= 60  near: country in core } }
define met of account { owner sales  means any(meetings where held) }
score worth of account { +10 when hot  +5 when arr >= 100 }
rule priced of account, warn { owner sales  when hot  require arr >= 50  message "Who is hot has a price" }
lifecycle funnel of account {
  tracks claimed
  stage lead { entry  owner sales  requires { here: country is known } }
  stage mql { owner sales  from lead  requires { hot: hot } }
  stage won { owner sales  from mql  requires all of { met: met  paid: arr >= 100 } won }
}
"""
ACCOUNTS = """id,engagement,country,arr,claimed,parent_id
A,65,DE,100,mql,
B,65,DE,200,lead,
C,90,DE,300,won,
D,65,FR,400,lead,
E,-1,DE,500,mql,
F,70,AT,10,mql,
"""
MEETINGS = "meeting_id,account_id,held\nM1,C,yes\nM2,A,no\n"


def changed(old: str, new: str) -> str:
    assert old in RULES, old
    return RULES.replace(old, new, 1)


def judged(
    tmp_path: Path,
    new: str,
    *,
    old: str = RULES,
    accounts: str = ACCOUNTS,
    summed: str | None = None,
    sample: int | None = None,
    issues: list[Issue] | None = None,
    pushed: bool = True,
) -> tuple[dict[str | None, Moved], Account]:
    data, meetings = tmp_path / "accounts.csv", tmp_path / "meetings.csv"
    data.write_text(accounts, encoding="utf-8")
    meetings.write_text(MEETINGS, encoding="utf-8")
    versions = []
    for text in (old, new):
        compiled = compile_text(text)
        assert compiled.ruleset is not None and not compiled.errors, [each.message for each in compiled.errors]
        versions.append(compiled.ruleset)
    job = Data(str(data), {"meeting": str(meetings)}, None, NOON, summed=summed, sample=sample, engine="python")
    jobs = [job, replace(job, engine="duckdb")] if pushed else [job]
    found = [whole((versions[0], versions[1]), each) for each in jobs]
    if issues is not None:
        issues += found[0].issues
    assert found[0] == found[-1]
    assert impact_json(found[0].account) == impact_json(found[-1].account)
    return {moved.key: moved for moved in found[0].records}, found[0].account


class Whole(NamedTuple):
    """All that comes out of a comparison."""

    records: list[Moved]
    account: Account
    issues: list[Issue]
    warnings: list[Diagnostic]


def whole(versions: tuple[ir.Ruleset, ir.Ruleset], job: Data) -> Whole:
    """Return what becomes of the records."""
    issues: list[Issue] = []
    with Impact(*versions, changes(*versions), job, issues.append) as impact:
        records = list(impact.records())
        return Whole(records, impact.account, issues, impact.warnings)


def changes(old: ir.Ruleset, new: ir.Ruleset) -> list[Change]:
    """Return what is to be counted."""
    return [change for change in difference(old, new, NOON.date()).changed if not change.inherited]


CLAUSES = {
    "a threshold behind two names": ("engagement >= 60", "engagement >= 68", {"A", "B"}, "engagement >= 60 → 68 (`hot`)"),
    "a list": ('{ "DE", "AT" }', '{ "DE" }', {"F"}, "list `core`"),
    "a criterion of a gate": ("paid: arr >= 100", "paid: arr >= 500", {"C"}, "arr >= 100 → 500 (`won.paid`)"),
    "a criterion that is new": ("requires { hot: hot }", "requires all of { hot: hot  priced: arr >= 50 }", {"F"},
                                "criterion `priced` of `mql` added"),
    "a criterion that is gone": ("{ eager: engagement >= 60  near: country in core }", "{ eager: engagement >= 60 }", {"D"},
                                 "country in core dropped (`hot`)"),
    "an operand inside an aggregate": ("any(meetings where held)", "any(meetings where not held)", {"A", "C"},
                                       "held → not held (`met`)"),
    "a way that is gone": ("from mql  requires all of { met", "from lead  requires all of { met", {"C"}, None),
    "a field's stand-in for missing": ("missing when -1", "missing when -1, 90", {"C"}, "field `engagement` is read otherwise"),
    "a gate that opens": ("here: country is known", "here: country is known or arr >= 0", set(), None),
}  # fmt: skip


@pytest.mark.parametrize("name", CLAUSES)
def test_the_clause_that_moves_a_record_is_told_where_it_is_written(name: str, tmp_path: Path) -> None:
    old, new, moved, clause = CLAUSES[name]
    found, account = judged(tmp_path, changed(old, new))
    assert {key for key, each in found.items() if each.moved} == moved
    assert account.moved == len(moved)
    if clause is not None:
        assert {each.because for each in found.values() if each.moved} == {(clause,)}


def test_counts_equal_two_evaluations(tmp_path: Path) -> None:
    new = changed("engagement >= 60", "engagement >= 68")
    _, account = judged(tmp_path, new)
    stages = []
    for text in (RULES, new):
        ruleset = loads(text)
        ruleset.evaluate_table(
            tmp_path / "accounts.csv", tmp_path / "out.csv", related={"meeting": tmp_path / "meetings.csv"}, as_of=NOON
        )
        with (tmp_path / "out.csv").open(encoding="utf-8") as stream:
            stages.append([row["stage"] or None for row in csv.DictReader(stream)])
    assert {cell: group.count for cell, group in account.cells.items()} == Counter(zip(*stages, strict=True))


def test_money_is_summed_as_each_version_reads_it(tmp_path: Path) -> None:
    _, account = judged(tmp_path, changed("arr         money 0..", "arr         money 0..250"), summed="arr")
    assert [account.sum_of(account.cells.values(), at) for at in (0, 1)] == [1510, 310]
    assert sum(group.missing[1] for group in account.cells.values()) == 3
    assert account.books.odd_cells == (0, 0, 3)
    _, account = judged(tmp_path, RULES, accounts=re.sub(r"(?<=DE,|FR,|AT,)[0-9]+", "0", ACCOUNTS), summed="arr")
    assert str(account.sum_of(account.cells.values(), 1)) == "0.0000"


def test_a_stage_that_was_renamed_moves_nobody(tmp_path: Path) -> None:
    new = (
        RULES.replace("stage mql {", "stage ready was mql { ")
        .replace("from mql", "from ready")
        .replace("lead, mql, won", "lead, mql, won")
    )
    found, account = judged(tmp_path, new)
    assert not any(moved.moved for moved in found.values()) and account.moved == 0
    assert ("mql", "ready") in account.cells


def test_a_related_table_is_found_under_its_old_and_its_new_name(tmp_path: Path) -> None:
    renamed = RULES.replace("entity meeting key", "entity call was meeting key").replace("many meeting", "many call")
    renamed = renamed.replace("meetings    many", "calls many").replace("any(meetings", "any(calls")
    renamed = renamed.replace("calls many call by account_id", "calls many call by account_id was meetings")
    found, account = judged(tmp_path, renamed)
    assert account.cells["won", "won"].count == 1 and not found


def test_a_stage_that_is_gone_moves_all_in_it(tmp_path: Path) -> None:
    new = RULES.replace("  stage mql { owner sales  from lead  requires { hot: hot } }\n", "").replace("from mql", "from lead")
    found, _ = judged(tmp_path, new)
    assert {key for key, moved in found.items() if moved.moved} == {"A", "B", "F"}
    assert found["A"].because == ("stage `mql` is gone",)


def test_rules_that_begin_and_cease_to_be_broken_are_told_with_their_clause(tmp_path: Path) -> None:
    found, account = judged(tmp_path, changed("require arr >= 50", "require arr >= 150"))
    assert found["A"].begins == (("priced", ("arr >= 50 → 150 (`priced`)",)),)
    assert account.begins["priced", ("arr >= 50 → 150 (`priced`)",)] == 1
    found, _ = judged(tmp_path, changed("require arr >= 50", "require arr >= 5"))
    assert [rule for rule, _ in found["F"].ceases] == ["priced"]


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    issues: list[Issue] = []
    text = ACCOUNTS + "G,too,many,cells,here,x,y,z\nH,hello,DE,1,lead,\n"
    _, account = judged(tmp_path, changed("engagement >= 60", "engagement >= 68"), accounts=text, issues=issues, pushed=False)
    assert (account.books.read, account.books.compared, account.books.rejected) == (8, 7, 1)
    assert account.books.odd_cells == (1, 0, 0) and len(issues) == 2


def test_a_sample_is_repeatable_and_says_what_it_left_out(tmp_path: Path) -> None:
    new = changed("engagement >= 60", "engagement >= 68")
    first, account = judged(tmp_path, new, sample=3)
    second, _ = judged(tmp_path, new, sample=3)
    assert first.keys() == second.keys() and account.sampled
    assert (account.books.read, account.books.compared, account.books.left_out) == (6, 3, 3)
    assert sum(group.count for group in account.cells.values()) == 3


def test_what_is_no_number_cannot_be_summed(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        judged(tmp_path, RULES, summed="county")
    assert raised.value.diagnostic.problem.code == "REV798"


def test_versions_without_a_common_lifecycle_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        judged(tmp_path, RULES[: RULES.index("lifecycle funnel")])
    assert raised.value.diagnostic.problem.code == "REV797"


def files(tmp_path: Path, old: str, new: str) -> list[str]:
    for name, text in (
        ("old.rev", RULES),
        ("new.rev", changed(old, new)),
        ("accounts.csv", ACCOUNTS),
        ("meetings.csv", MEETINGS),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    data = ["--data", str(tmp_path / "accounts.csv"), "--data", f"meetings={tmp_path / 'meetings.csv'}", "--as-of", "2026-11-21"]
    return ["diff", str(tmp_path / "old.rev"), str(tmp_path / "new.rev"), *data]


def test_the_command_says_in_plain_words_who_moves_and_why(tmp_path: Path) -> None:
    command = files(tmp_path, "engagement >= 60", "engagement >= 68")
    listed = tmp_path / "moved.csv"
    done = run(*command, "--sum", "arr", "--list", str(listed))
    assert done.returncode == 1
    told = "2 Account records leave `mql` for `lead`, 1 of them declared there, with arr 300: "
    told += "engagement >= 60 → 68 (`hot`) (A, B)"
    assert told in done.stdout
    assert "6 rows read = 6 compared + 0 rejected" in done.stdout
    with listed.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["key"], row["before"], row["after"], row["because"]) for row in rows if row["before"] != row["after"]] == [
        ("A", "mql", "lead", "engagement >= 60 → 68 (`hot`)"),
        ("B", "mql", "lead", "engagement >= 60 → 68 (`hot`)"),
    ]


def test_the_command_writes_json_and_fails_on_too_many(tmp_path: Path) -> None:
    command = files(tmp_path, "engagement >= 60", "engagement >= 68")
    listed = tmp_path / "moved.jsonl"
    done = run(*command, "--output-format", "json", "--fail-on", "moved>2", "--list", str(listed))
    assert done.returncode == 0
    impact = json.loads(done.stdout)["impact"]
    assert (impact["moved"], impact["rows"]["compared"]) == (2, 6)
    assert sum(cell["records"] for cell in impact["matrix"]) == 6
    touched = {(each["what"], each["name"]): each["records"] for each in impact["touched"]}
    assert touched == {("criterion", "hot.eager"): 3, ("definition", "hot"): 2}
    assert {json.loads(line)["key"] for line in listed.read_text(encoding="utf-8").splitlines()} >= {"A", "B"}
    assert run(*command, "--fail-on", "moved>1").returncode == 1
    assert run(*command[:3], "--fail-on", "moved>1").returncode == 2
    assert run(*command, "--fail-on", "some").returncode == 2


def test_records_may_lie_in_several_files_and_in_a_database(tmp_path: Path) -> None:
    command = files(tmp_path, "engagement >= 60", "engagement >= 68")
    head, *rows = ACCOUNTS.splitlines(keepends=True)
    for name, some in (("part1.csv", rows[:3]), ("part2.csv", [*rows[3:], rows[0].replace("DE", "XX"), ",hello,DE,1,lead,\n"])):
        (tmp_path / name).write_text(head + "".join(some), encoding="utf-8")
    duckdb.connect(str(tmp_path / "all.duckdb")).execute(f"CREATE TABLE account AS FROM '{tmp_path}/part*.csv'").close()
    rejects = tmp_path / "rejects.csv"
    for data in (f"{tmp_path}/part*.csv", str(tmp_path / "all.duckdb")):
        given = [data if each.endswith("accounts.csv") else each for each in command]
        done = run(*given, "--output-format", "json", "--rejects", str(rejects))
        impact = json.loads(done.stdout)["impact"]
        assert (impact["rows"]["read"], impact["rows"]["compared"], impact["moved"]) == (8, 8, 2), done.stderr
        told = list(csv.DictReader(rejects.read_text(encoding="utf-8").splitlines()))
        assert [(Path(each["file"]).name, each["column"], each["value"]) for each in told] in (
            [("part2.csv", "id", "A"), ("part2.csv", "engagement", "hello"), ("part2.csv", "id", "")],
            [("all.duckdb", "id", "A"), ("all.duckdb", "engagement", "hello"), ("all.duckdb", "id", "")],
        )
    assert run(*command, "--engine", "duckdb").stdout == run(*command, "--engine", "python").stdout


@pytest.mark.parametrize("style", ["markdown", "html", "github"])
def test_every_form_tells_of_the_records(style: str, tmp_path: Path) -> None:
    done = run(*files(tmp_path, "engagement >= 60", "engagement >= 68"), "--output-format", style)
    assert "engagement" in done.stdout and ("records" in done.stdout)
    assert done.returncode == 1


def test_a_comment_says_first_who_moves_then_who_has_to_agree_and_folds_the_rest(tmp_path: Path) -> None:
    done = run(*files(tmp_path, "engagement >= 60", "engagement >= 68"), "--output-format", "markdown")
    lines = [line for line in done.stdout.splitlines() if line]
    assert lines[:2] == ["### What this change means", lines[1]]
    assert lines[2].startswith("2 of 6 Account records move to another stage.")
    assert lines[3].startswith("- 2 Account records leave `mql` for `lead`, 1 of them declared there: engagement")
    order = ["Account records leave `mql`", "**Who has to agree**", "**What is defined otherwise**", "<details>"]
    places = [done.stdout.index(text) for text in order]
    assert places == sorted(places)
    assert all(line.startswith(("- ", "#", "**", "From", "2 of 6")) for line in lines[: lines.index(
        next(line for line in lines if line.startswith("<details>")))])  # fmt: skip
    assert "|" not in done.stdout[: places[-1]]


def test_the_list_never_overwrites_what_is_read(tmp_path: Path) -> None:
    command = files(tmp_path, "engagement >= 60", "engagement >= 68")
    assert run(*command, "--list", str(tmp_path / "accounts.csv")).returncode == 2
    assert run(*command, "--list", str(tmp_path / "old.rev")).returncode == 2
    assert (tmp_path / "accounts.csv").read_text(encoding="utf-8") == ACCOUNTS
    assert run(*command[:3], "--sum", "arr").returncode == 2
