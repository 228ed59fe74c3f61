"""The oracle of the prover tries every record where it says so, and its attacks find what they look for."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from attack import attack
from brute_force import Oracle, numbers_of

from revrules.backends.smt import NOT_MET, UNKNOWN, Want
from revrules.check import check
from revrules.loading import load
from revrules.reads import definition_name

if TYPE_CHECKING:
    from pathlib import Path

    from revrules import ir

RULES = """
team sales
entity account key id {
  id text  flag boolean  size integer 0..2  tier ordered enum { low, high }  amount money  name text  day date
  parent one account by parent_id
  deals many deal by account_id
}
entity deal key id { id text  account_id text  won boolean }
define two of account { owner sales  means flag and size >= 1 }
define up of account { owner sales  means parent.flag and tier = high }
define named of account { owner sales  means name in { "a", "b" } }
define listed of account { owner sales  means count(deals where won) = 1 }
define needle of account { owner sales  means amount > 1233.9999 and amount < 1234.0001 and name = "Ada Lovelace" and size = 2 }
define window of account { owner sales  means day within last 3 months and not day within last 91 days }
define three of account { owner sales  means count(deals where won) >= 3 and none(deals where not won) }
"""


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> ir.Ruleset:
    path: Path = tmp_path_factory.mktemp("rules") / "rules.rev"
    path.write_text(RULES, encoding="utf-8")
    found, problems = check(load(path))
    assert found is not None, problems
    return found


def oracle_of(ruleset: ir.Ruleset, *names: str, most: int = 1000) -> Oracle:
    conditions = [one.expr for one in ruleset.definitions if definition_name(one.id) in names]
    return Oracle.over(ruleset, "account", conditions, Random(1), most)


@pytest.mark.parametrize(
    ("name", "size"),
    [("two", 3 * 4), ("up", (3 * 3) * (1 + 3 * 3)), ("named", 1 + 2 + 3)],
)
def test_every_record_is_tried_as_far_as_it_is_read(ruleset: ir.Ruleset, name: str, size: int) -> None:
    oracle = oracle_of(ruleset, name)
    assert oracle.exact
    assert len(oracle.trials) == size
    assert len({repr(sorted(trial.record.items())) for trial in oracle.trials}) == size


@pytest.mark.parametrize("name", ["listed", "needle", "window"])
def test_lists_open_domains_and_clocks_are_not_exact(ruleset: ir.Ruleset, name: str) -> None:
    assert not oracle_of(ruleset, name).exact


def test_lists_of_up_to_two_records_are_all_tried(ruleset: ir.Ruleset) -> None:
    lists = [numbers_of(place, 3) for place in range(10)]
    assert sorted(lists) == sorted({(), (0,), (1,), (2,), (0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2)})
    assert len(oracle_of(ruleset, "listed").trials) == 10


def test_the_oracle_finds_what_there_is_and_nothing_else(ruleset: ir.Ruleset) -> None:
    oracle = oracle_of(ruleset, "two")
    (two,) = (one.expr for one in ruleset.definitions if one.name == "two")
    found = oracle.find([Want(two)])
    assert found is not None
    assert found.record["flag"] is True and found.record["size"] in (1, 2)
    assert oracle.find([Want(two, UNKNOWN)]) is not None
    assert oracle.find([Want(two), Want(two, NOT_MET)]) is None


@pytest.mark.parametrize("name", ["needle", "window", "three"])
def test_an_attack_finds_the_record_that_a_wrong_proof_denies(ruleset: ir.Ruleset, name: str) -> None:
    oracle = oracle_of(ruleset, name, most=3)
    wants = [Want(next(one.expr for one in ruleset.definitions if one.name == name))]
    assert oracle.find(wants) is None
    assert attack(oracle, wants, Random(1), 3000) is not None
