"""Two conditions and how they lie to each other, and what the findings about meanings say of it."""

from __future__ import annotations

import datetime
import itertools
import random
from typing import TYPE_CHECKING

import pytest

from revrules import ir
from revrules.backends.smt.answers import Answer, Verdict
from revrules.compiler import compile_text
from revrules.findings import findings
from revrules.proofs.alike import alike
from revrules.proofs.compare import Comparison, Region, Relation, compare, compare_values, opposites
from revrules.proofs.questions import Questions
from revrules.proofs.samples import noon, samples
from revrules.proofs.states import Judge
from revrules.reference import evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.smt.answers import Want, Witness
    from revrules.diagnostics import Diagnostic

TODAY = datetime.date(2026, 11, 21)
HEAD = """
team marketing
team sales
list core { "DE", "AT" }
entity account key id {
  id        text
  size      integer 0..20
  interest  integer 0..20
  country   text
  tier      enum { bronze, silver, gold }
  paid      money
  meetings  many meeting by account_id
}
entity meeting key id { id text  account_id text  held_on date  kind enum { discovery, demo } }
"""


def questions(*definitions: str) -> Questions:
    """Return questions about definitions of `account`, written as name and meaning."""
    return Questions(_compiled(HEAD + "\n".join(f"define {each} }}" for each in definitions)), TODAY)


def _compiled(text: str) -> ir.Ruleset:
    compiled = compile_text(text)
    assert compiled.ruleset is not None, [found.message for found in compiled.diagnostics]
    return compiled.ruleset


def ref(asked: Questions, name: str) -> ir.Ref:
    found = next(each for each in asked.ruleset.definitions if each.name == name)
    return ir.Ref(found.id, found.type, ranged=found.kind is ir.DefinitionKind.SCORE)


def related(one: str, other: str) -> Comparison:
    """Return how two conditions, as the language writes them, lie to each other."""
    asked = questions(f"one of account {{ owner sales  means {one}", f"other of account {{ owner sales  means {other}")
    return compare(asked, "account", ref(asked, "one"), ref(asked, "other"))


# --- relations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("size >= 5", "not (size < 5)", Relation.SAME),
        ("size >= 5 and interest >= 5", "size >= 5", Relation.NARROWER),
        ("size >= 5", 'size > 5 or country = "DE" and size = 7', Relation.WIDER),
        ("size >= 5", "interest >= 5", Relation.OVERLAPPING),
        ("size >= 5", "size <= 4", Relation.DISJOINT),
        ("size + 0 > 20", "size >= 5", Relation.FIRST_EMPTY),
        ("size >= 5", "size + 0 > 20", Relation.SECOND_EMPTY),
        ("size + 0 > 20", "size + 0 < 0", Relation.BOTH_EMPTY),
        ("country in core", 'country = "AT" or country = "DE"', Relation.SAME),
        ("any(meetings where kind = discovery)", "count(meetings) >= 1", Relation.NARROWER),
    ],
)
def test_two_conditions_have_the_relation_of_their_records(one: str, other: str, relation: Relation) -> None:
    found = related(one, other)
    assert found.relation is relation
    assert found.possible == (relation,)


MIRROR = {
    Relation.NARROWER: Relation.WIDER,
    Relation.WIDER: Relation.NARROWER,
    Relation.FIRST_EMPTY: Relation.SECOND_EMPTY,
    Relation.SECOND_EMPTY: Relation.FIRST_EMPTY,
}
POOL = (
    "size >= 5",
    "size in 3..8",
    "size >= 5 and interest >= 5",
    "interest > 4 or tier = gold",
    "tier in { silver, gold }",
    "not (tier = bronze)",
    "country in core",
    'country = "DE"',
    "paid > 0 and size >= 5",
    "paid is known",
    "(size >= 5) or else false",
    "any(meetings where held_on within last 30 days)",
    "count(meetings where kind = demo) >= 2",
    "if tier = gold then size >= 3 else size >= 7",
)


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(POOL, 2)))
def test_no_sample_contradicts_a_relation_and_every_record_shows_its_side(one: str, other: str) -> None:
    asked = questions(f"one of account {{ owner sales  means {one}", f"other of account {{ owner sales  means {other}")
    first, second = ref(asked, "one"), ref(asked, "other")
    found = compare(asked, "account", first, second)
    back = compare(asked, "account", second, first)
    assert found.relation is not None
    assert back.relation is MIRROR.get(found.relation, found.relation)
    judge = Judge(asked.ruleset, "account", (first, second))
    for record in samples(asked.ruleset, "account", TODAY, 200):
        here, there = judge.values(record, noon(TODAY))
        assert found.first.exists or not (here is True and there is not True), record
        assert found.second.exists or not (there is True and here is not True), record
        assert found.both.exists or not (here is True and there is True), record
    for region, wanted in ((found.first, (True, found.first.other)), (found.second, (found.second.other, True))):
        if region.exists:
            assert region.witness is not None
            assert judge.values(region.witness.record, region.witness.as_of) == wanted


def test_a_difference_that_only_missing_values_make_is_told_apart() -> None:
    found = related("size >= 5", 'size >= 5 and (country = "DE" or country != "DE")')
    assert (found.relation, found.where_known, found.only_missing) == (Relation.WIDER, Relation.SAME, True)
    assert found.first.other is None
    assert found.first.real is False


def test_a_record_for_which_the_other_is_false_is_preferred() -> None:
    found = related("size >= 5", 'size >= 5 and country = "DE"')
    assert (found.relation, found.only_missing, found.first.other) == (Relation.WIDER, False, False)
    assert found.first.witness is not None
    assert found.first.witness.record["country"] != "DE"


def test_a_comparison_asks_at_most_five_questions() -> None:
    for one, other in itertools.combinations(POOL[:8], 2):
        asked = questions(f"one of account {{ owner sales  means {one}", f"other of account {{ owner sales  means {other}")
        compare(asked, "account", ref(asked, "one"), ref(asked, "other"))
        assert asked.counts.asked <= 5


def test_opposites_leave_no_record_out() -> None:
    asked = questions(
        "small of account { owner sales  means size < 5",
        "large of account { owner sales  means size >= 5",
        "rest of account { owner sales  means not ((size < 5) or else false)",
    )
    assert not opposites(asked, "account", ref(asked, "small"), ref(asked, "large"))  # a missing size is neither
    assert opposites(asked, "account", ref(asked, "small"), ref(asked, "rest"))


class Silent:
    """A prover that never knows."""

    def find(self, entity: str, wants: Sequence[Want], *, alone: bool = False, core: bool = True) -> Answer:
        return Answer(Verdict.UNDECIDED, reason="too hard")


def test_what_is_undecided_stays_undecided() -> None:
    ruleset = questions("one of account { owner sales  means size >= 5", "other of account { owner sales  means size > 5").ruleset
    asked = Questions(ruleset, TODAY, prover=lambda _ruleset, _today: Silent())
    found = compare(asked, "account", ref(asked, "one"), ref(asked, "other"))
    assert found.relation is None
    assert len(found.possible) == 8
    assert found.reason == "too hard"
    assert compare_values(asked, "account", ref(asked, "one"), ref(asked, "other")).same is None
    assert alike(asked, "account", [ref(asked, "one"), ref(asked, "other")]) == []


def test_expressions_that_are_equal_are_the_same_without_a_question() -> None:
    asked = questions("one of account { owner sales  means size >= 5")
    found = compare(asked, "account", ref(asked, "one"), ref(asked, "one"))
    assert (found.relation, found.only_missing) == (Relation.SAME, False)
    assert compare_values(asked, "account", ref(asked, "one"), ref(asked, "one")).same
    assert asked.counts.asked == 0


def test_parts_that_are_decided_narrow_the_possible_relations() -> None:
    found = Comparison(Region(False), Region(None, reason="too hard"), Region(True))
    assert set(found.possible) == {Relation.SAME, Relation.NARROWER}
    assert found.relation is None
    assert found.reason == "too hard"


# --- values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same", "real"),
    [
        ("size + interest", "interest + size", True, False),
        ("size + interest", "size + interest + 1", False, True),
        ("size or else 0", "size", False, False),
        ("number(size)", "size", True, False),
        ("count(meetings)", "count(meetings where kind = demo)", False, True),
    ],
)
def test_two_values_are_the_same_or_differ(one: str, other: str, same: bool, real: bool) -> None:
    asked = questions(f"one of account {{ owner sales  means {one}", f"other of account {{ owner sales  means {other}")
    refs = []
    for name in ("one", "other"):
        found = next(each for each in asked.ruleset.definitions if each.name == name)
        refs.append(ir.Ref(found.id, found.type, ranged="count" in (one + other)))
    values = compare_values(asked, "account", *refs)
    assert (values.same, values.real) == (same, real)
    if values.witness is not None:
        assert len({str(_value(asked, name, values.witness)) for name in ("one", "other")}) == 2


def _value(asked: Questions, name: str, witness: Witness) -> object:
    return evaluate(asked.ruleset, f"account.{name}", witness.record, witness.as_of)


# --- alike -------------------------------------------------------------------------------------------------------


def test_expressions_of_one_meaning_are_found_with_few_questions() -> None:
    words = [
        *(f"d{n} of account {{ owner sales  means size >= {n}" for n in range(1, 19)),
        *(f"e{n} of account {{ owner sales  means not (size < {n})" for n in range(1, 19)),
    ]
    random.Random(3).shuffle(words)
    asked = questions(*words)
    names = [each.name for each in asked.ruleset.definitions]
    groups = alike(asked, "account", [ref(asked, name) for name in names])
    assert sorted(tuple(sorted(names[at] for at in group)) for group in groups) == sorted(
        (f"d{n}", f"e{n}") for n in range(1, 19)
    )
    assert asked.counts.asked <= 5 * len(names)


def test_conditions_that_no_record_meets_are_not_called_one_meaning() -> None:
    asked = questions("a of account { owner sales  means size + 0 > 20", "b of account { owner sales  means size + 0 < 0")
    assert alike(asked, "account", [ref(asked, "a"), ref(asked, "b")]) == []


# --- findings ----------------------------------------------------------------------------------------------------


def found_by_proof(*declarations: str) -> list[Diagnostic]:
    """Return the findings about words, by proof."""
    ruleset = _compiled(HEAD + "\n".join(declarations))
    return [each for each in findings(ruleset, TODAY, Questions(ruleset, TODAY)) if each.code.startswith(("REV60", "REV61"))]


MARKETING = "define hot of account for marketing { owner marketing  means interest >= 6 }"


@pytest.mark.parametrize(
    ("sales", "codes"),
    [
        ("narrows hot for marketing { owner sales  means interest >= 6 and size >= 2 }", []),
        ("narrows hot for marketing { owner sales  means interest >= 5 and size >= 2 }", ["REV610"]),
        ("narrows hot for marketing { owner sales  means interest > 5 }", ["REV612"]),
        ("widens hot for marketing { owner sales  means interest >= 5 }", []),
        ("widens hot for marketing { owner sales  means interest >= 7 }", ["REV610"]),
        ("same as hot for marketing { owner sales  means interest > 5 }", []),
        ("same as hot for marketing { owner sales  means interest >= 7 }", ["REV610"]),
        ("same as hot for marketing { owner sales  means (interest >= 6) or else false }", []),
        ('same as hot for marketing { owner sales  means interest >= 6 and (country = "a" or country != "a") }', ["REV611"]),
        ("{ owner sales  means interest >= 7 }", ["REV600"]),
    ],
)
def test_a_declared_relation_is_proved_or_refuted(sales: str, codes: list[str]) -> None:
    found = found_by_proof(MARKETING, f"define hot of account for sales {sales}")
    assert [each.code for each in found] == codes
    assert all(each.witness for each in found if each.code in ("REV610", "REV611", "REV600"))


def test_variants_without_a_relation_are_told_their_true_one_once() -> None:
    (found,) = found_by_proof(MARKETING, "define hot of account for sales { owner sales  means interest >= 6 and size >= 2 }")
    assert found.code == "REV600"
    assert found.message.endswith("how `hot for sales` lies to `hot for marketing`: it is narrower")
    assert found.help[0] == "declare what is so: `narrows hot for marketing`"
    assert ("shows", "a record of `hot for marketing` that is none of the other") in found.notes


def test_variants_that_are_values_are_compared_as_such() -> None:
    (found,) = found_by_proof(
        "define worth of account for marketing { owner marketing  means size + interest }",
        "define worth of account for sales { owner sales  means size + interest + 1 }",
    )
    assert found.message.endswith(": they differ")
    assert {name for name, _ in found.witness} == {"size", "interest"}


def test_two_names_for_one_meaning_are_told_once() -> None:
    same_words = "define big of account { owner sales  means size >= 5 and interest >= 5 }"
    other_order = "define large of account { owner sales  means interest >= 5 and size >= 5 }"
    other_words = "define huge of account { owner sales  means not (size < 5 or interest < 5) }"
    assert [each.code for each in found_by_proof(same_words, other_order)] == ["REV601"]
    (found,) = found_by_proof(same_words, other_words)
    assert (found.code, found.message) == ("REV613", "`big` and `huge` mean the same, in different words")
    assert [each.code for each in found_by_proof(same_words, "define huge of account { owner sales  means big }")] == []
    declared = "define huge of account same as big { owner sales  means not (size < 5 or interest < 5) }"
    assert found_by_proof(same_words, declared) == []


def test_an_allow_accepts_a_finding_by_proof() -> None:
    words = (
        "define big of account { owner sales  means size >= 5 }",
        "define huge of account { owner sales  means not (size < 5) }",
    )
    assert len(found_by_proof(*words)) == 1
    assert found_by_proof(*words, 'allow one-meaning on huge because "both are in use"') == []


DEFINITION = "define ideal of account { owner sales  means all of { size: size >= 5  place: country in core } }"


@pytest.mark.parametrize(
    ("criteria", "codes"),
    [
        ("ideal: ideal", []),
        ("large: size >= 5  near: country in core", ["REV614"]),
        ("large: size >= 5  near: country in core  paid: paid > 0", ["REV614"]),
        ("large: size >= 7  near: country in core", ["REV615"]),
        ("size: size >= 7  near: country in core", ["REV602"]),
        ("large: size >= 7", []),
        ('large: size >= 7  near: country = "DE"', []),
    ],
)
def test_a_stage_that_repeats_a_definition_is_found(criteria: str, codes: list[str]) -> None:
    stages = f"stage lead {{ entry  owner sales }}  stage next {{ owner sales  from lead  requires all of {{ {criteria} }} }}"
    found = found_by_proof(DEFINITION, f"lifecycle flow of account {{ {stages} }}")
    assert [each.code for each in found] == codes


def test_findings_by_proof_speak_in_one_plain_line() -> None:
    found = found_by_proof(
        MARKETING,
        "define hot of account for sales narrows hot for marketing { owner sales  means interest >= 5 }",
        "define big of account { owner sales  means size >= 5 }",
        "define huge of account { owner sales  means not (size < 5) }",
        "define vast of account narrows big { owner sales  means size >= 5 and size is known }",
    )
    assert {each.code for each in found} == {"REV610", "REV612", "REV613"}
    for each in found:
        assert "\n" not in each.message
        assert not each.message.endswith(".")
        assert each.help
        assert each.span is not None
        assert each.subjects
