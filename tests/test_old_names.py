"""Old names (`was`) from the text into the IR and the artifact, and nothing but names: no type and no question changes."""

from __future__ import annotations

import re
from dataclasses import replace

from revrules import artifact, ir
from revrules.backends.smt.answers import Want
from revrules.compiler import compile_text
from revrules.format import format_source
from revrules.proofs.fingerprints import Fingerprints
from revrules.source import Source
from revrules.types import EnumType

TEXT = """\
team growth "Growth"[ was marketing, demand_gen]
for team growth

entity account "Company"[ was company] key account_id {
  account_id  text[ was id]
  employees   integer 1.. as "Employees"[ was headcount, staff]
  plan        ordered enum { free, team "Team"[ was starter | small] }
  calls       many call by account_id as "Calls"[ was meetings]
}

entity call { account_id text }
enum colour { red[ was crimson], green }
define large "Large"[ was key_account] of account for growth { means employees >= 1000 }

classify size[ was segment] of account, first match {
  little[ was smb]      when employees < 100
  big "Big"[ was huge]  when employees >= 100
  otherwise other[ was rest]
}

classify flags[ was tags] of account, collect { vip[ was key] when employees > 1000 }
score fit[ was rating] of account 0..100 { +10 when large }
rule planned[ was typed] of account, warn { require plan is known }

lifecycle revenue "Revenue"[ was funnel] of account {
  stage lead "Lead"[ was suspect, prospect] { entry }
}
"""
WITH = re.sub(r"[\[\]]", "", TEXT)
WITHOUT = re.sub(r"\[[^]]*\]", "", TEXT)


def compiled(text: str) -> ir.Ruleset:
    found = compile_text(text)
    assert found.ruleset is not None, [d.message for d in found.errors]
    return found.ruleset


def test_old_names_are_in_the_ruleset_and_survive_an_artifact() -> None:
    ruleset = compiled(WITH)
    account, _ = ruleset.entities
    assert ruleset.teams[0].was == ("marketing", "demand_gen")
    assert account.was == ("company",)
    assert [field.was for field in account.fields] == [("id",), ("headcount", "staff"), ()]
    assert account.relations[0].was == ("meetings",)
    plan = account.fields[2].type
    assert isinstance(plan, EnumType)
    assert [member.was for member in plan.members] == [(), ("starter", "small")]
    assert {definition.id: definition.was for definition in ruleset.definitions} == {
        "account.large for growth": ("key_account",),
        "account.size": ("segment",),
        "account.flags contains vip": ("flags contains key", "tags contains vip", "tags contains key"),
        "account.fit": ("rating",),
    }
    size = ruleset.definition("account.size").type
    assert isinstance(size, EnumType)
    assert [member.was for member in size.members] == [("smb",), ("huge",), ("rest",)]
    assert (ruleset.rules[0].was, ruleset.lifecycles[0].was) == (("typed",), ("funnel",))
    assert ruleset.lifecycles[0].stages[0].was == ("suspect", "prospect")
    again = artifact.load(artifact.dump(ruleset))
    assert again == ruleset
    assert artifact.dump(again) == artifact.dump(ruleset)


def test_old_names_change_no_type_and_no_question() -> None:
    before, after = compiled(WITHOUT), compiled(WITH)
    assert [f.type for f in before.entities[0].fields] == [f.type for f in after.entities[0].fields]
    assert [f.columns for f in before.entities[0].fields] == [f.columns for f in after.entities[0].fields]
    for one, other in zip(before.definitions, after.definitions, strict=True):
        assert one.expr == other.expr
        asked = [Want(ir.Known(ir.Ref(one.id, one.type)), frozenset({True}))]
        assert Fingerprints(before).question("account", asked) == Fingerprints(after).question("account", asked)
    assert replace(after.teams[0], was=()) == before.teams[0]


def test_old_names_stay_where_they_are_when_a_file_is_formatted() -> None:
    wide = WITH.replace(" was ", "   was   ").replace(" | ", "|")
    assert format_source(Source("rules.rev", wide)) == (WITH, [])


def test_was_is_still_a_name_where_a_name_stands() -> None:
    ruleset = compiled(
        "entity was { was text was_not text }\n"
        "entity x { a enum { was, is } }\n"
        "define d was was of x { means a = was }\n"
        "classify c of x, first match { was when a = was  otherwise was2 was was3 }\n"
        "lifecycle l of x { stage was was was4 { entry } }\n"
    )
    assert [field.name for field in ruleset.entities[0].fields] == ["was", "was_not"]
    assert ruleset.definition("x.d").was == ("was",)
    assert ruleset.lifecycles[0].stages[0].name == "was"
