"""Questions: asked once, known by what they mean, counted, kept between runs; what is kept is never believed blindly."""

from __future__ import annotations

import datetime
import pickle
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from revrules import cache, ir
from revrules.backends.smt.answers import MET, NOT_MET, UNMET, Answer, Verdict, Want, Witness
from revrules.compiler import compile_text
from revrules.proofs import kept_answers
from revrules.proofs.kept_answers import KeptAnswers
from revrules.proofs.questions import Questions
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

TODAY = datetime.date(2026, 11, 21)
NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
TEXT = """
ruleset small { timezone "UTC" }
team sales
list core { "DE", "FR" }
enum tier_kind { bronze, gold }
entity deal key id {
  id     text required
  seats  integer 0..1000
  arr    money
  country text
  tier   enum tier_kind
  lines  many line by deal_id
}
entity line key line_id { line_id text  deal_id text  sku text }
define large of deal { owner sales  means seats >= 100 }
define core_large of deal { owner sales  means large and country in core }
define other of deal { owner sales  means arr > 5 }
define bundled of deal { owner sales  means any(lines where sku = "A") }
"""
IMPOSSIBLE = Answer(Verdict.IMPOSSIBLE, core=(0,))


@dataclass
class Scripted:
    """A prover that answers what it is told and remembers what it was asked."""

    answer: Answer = IMPOSSIBLE
    asked: list[tuple[str, tuple[Want, ...]]] = field(default_factory=list)
    made: int = 0

    def find(self, entity: str, wants: Sequence[Want], *, alone: bool = False, core: bool = True) -> Answer:
        self.asked.append((entity, tuple(wants)))
        return self.answer

    def __call__(self, _ruleset: ir.Ruleset, _today: datetime.date) -> Scripted:
        self.made += 1
        return self


def ruleset(text: str = TEXT) -> ir.Ruleset:
    compiled = compile_text(text)
    assert compiled.ruleset is not None, compiled.errors
    return compiled.ruleset


def ref(name: str) -> ir.Expr:
    return ir.Ref(f"deal.{name}", Scalar.BOOLEAN)


def questions(prover: Scripted, text: str = TEXT, kept: KeptAnswers | None = None, today: datetime.date = TODAY) -> Questions:
    return Questions(ruleset(text), today, prover=prover, kept=kept)


@pytest.fixture(autouse=True)
def private_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REVRULES_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("REVRULES_NO_CACHE", raising=False)
    return tmp_path / "cache"


# --- one question ------------------------------------------------------------------------------------------------


def test_the_prover_is_made_when_the_first_question_needs_it() -> None:
    prover = Scripted()
    asked = questions(prover)
    assert prover.made == 0
    asked.never("deal", ref("large"))
    asked.never("deal", ref("other"))
    assert prover.made == 1


HELPERS: dict[str, tuple[Callable[[Questions], Answer], tuple[Want, ...]]] = {
    "never": (lambda q: q.never("deal", ref("large")), (Want(ref("large"), MET),)),
    "always": (lambda q: q.always("deal", ref("large")), (Want(ref("large"), NOT_MET),)),
    "never_false": (lambda q: q.never_false("deal", ref("large")), (Want(ref("large"), UNMET),)),
    "implies": (lambda q: q.implies("deal", ref("large"), ref("other")), (Want(ref("large")), Want(ref("other"), NOT_MET))),
    "disjoint": (lambda q: q.disjoint("deal", ref("large"), ref("other")), (Want(ref("large")), Want(ref("other")))),
    "overlapping": (lambda q: q.overlapping("deal", ref("large"), ref("other")), (Want(ref("large")), Want(ref("other")))),
    "complete": (
        lambda q: q.complete("deal", [ref("large"), ref("other")]),
        (Want(ref("large"), NOT_MET), Want(ref("other"), NOT_MET)),
    ),
}


@pytest.mark.parametrize("name", HELPERS)
def test_each_usual_question_is_one_general_question(name: str) -> None:
    prover = Scripted()
    ask, wants = HELPERS[name]
    assert ask(questions(prover)) == IMPOSSIBLE
    assert prover.asked == [("deal", wants)]


def test_conditions_are_equivalent_when_each_implies_the_other() -> None:
    prover = Scripted()
    assert questions(prover).equivalent("deal", ref("large"), ref("other")).verdict is Verdict.IMPOSSIBLE
    assert [[want.condition for want in wants] for _, wants in prover.asked] == [
        [ref("large"), ref("other")],
        [ref("other"), ref("large")],
    ]


def test_a_record_that_tells_two_conditions_apart_settles_it_at_once() -> None:
    prover = Scripted(Answer(Verdict.POSSIBLE, Witness("deal", NOW, {"seats": 100})))
    assert questions(prover).equivalent("deal", ref("large"), ref("other")).witness is not None
    assert len(prover.asked) == 1


def test_half_an_equivalence_that_is_undecided_leaves_the_whole_undecided() -> None:
    class Half(Scripted):
        def find(self, entity: str, wants: Sequence[Want], *, alone: bool = False, core: bool = True) -> Answer:
            super().find(entity, wants)
            return IMPOSSIBLE if len(self.asked) == 1 else Answer(Verdict.UNDECIDED, reason="too hard")

    assert questions(Half()).equivalent("deal", ref("large"), ref("other")).verdict is Verdict.UNDECIDED


# --- by meaning --------------------------------------------------------------------------------------------------


def test_the_same_question_is_asked_once_wherever_it_stands() -> None:
    prover = Scripted()
    asked = questions(prover)
    asked.never("deal", ref("large"))
    same = ir.Compare(ir.CompareOp.GE, ir.Field("seats", Scalar.INTEGER), ir.Literal(100, Scalar.INTEGER))
    asked.never("deal", ref("large"))
    asked.about("whether deals are large").never("deal", ref("large"))
    asked.always("deal", same)
    assert len(prover.asked) == 2


@pytest.mark.parametrize("literal", [(1, Scalar.INTEGER), (1.0, Scalar.NUMBER), (True, Scalar.BOOLEAN)])
def test_values_that_python_takes_for_equal_make_different_questions(literal: tuple[ir.Value, Scalar]) -> None:
    prover = Scripted()
    asked = questions(prover)
    for value, type_ in ((1, Scalar.INTEGER), (1.0, Scalar.NUMBER), (True, Scalar.BOOLEAN)):
        asked.never("deal", ir.Known(ir.Literal(value, type_)))
    assert len(prover.asked) == 3
    asked.never("deal", ir.Known(ir.Literal(*literal)))
    assert len(prover.asked) == 3


def test_states_and_order_are_a_part_of_the_question() -> None:
    prover = Scripted()
    asked = questions(prover)
    asked.find("deal", Want(ref("large"), MET), Want(ref("other"), NOT_MET))
    asked.find("deal", Want(ref("large"), MET), Want(ref("other"), UNMET))
    asked.find("deal", Want(ref("other"), NOT_MET), Want(ref("large"), MET))
    assert len(prover.asked) == 3


def test_further_definitions_share_memo_and_counts() -> None:
    prover = Scripted()
    asked = questions(prover)
    asked.never("deal", ref("large"))
    more = ir.Definition("deal.new", "new", "deal", ir.DefinitionKind.DEFINE, Scalar.BOOLEAN, ref("other"))
    extended = asked.extended([more])
    extended.never("deal", ref("large"))
    extended.never("deal", ref("new"))
    assert len(prover.asked) == 2
    assert asked.counts.asked == extended.counts.asked == 2
    assert [definition.id for definition in extended.ruleset.definitions][-1] == "deal.new"
    assert prover.made == 2


def test_one_name_with_two_meanings_is_two_questions() -> None:
    prover = Scripted()
    asked = questions(prover)
    shared = ref("new")
    for means in (ref("other"), ref("large")):
        more = ir.Definition("deal.new", "new", "deal", ir.DefinitionKind.DEFINE, Scalar.BOOLEAN, means)
        asked.extended([more]).never("deal", shared)
    assert len(prover.asked) == 2


# --- counts ------------------------------------------------------------------------------------------------------


def test_counts_are_of_different_questions_by_what_became_of_them() -> None:
    prover = Scripted()
    asked = questions(prover)
    asked.never("deal", ref("large"))
    asked.never("deal", ref("large"))
    prover.answer = Answer(Verdict.POSSIBLE, Witness("deal", NOW, {}))
    asked.never("deal", ref("other"))
    prover.answer = Answer(Verdict.UNDECIDED, reason="it is too hard")
    asked.about("whether a deal is bundled", None, "bundled").never("deal", ref("bundled"))
    counts = asked.counts
    assert (counts.asked, counts.proved, counts.refuted, counts.undecided) == (3, 1, 1, 1)
    assert counts.seconds > 0
    (left,) = asked.undecided
    assert (left.reason, left.about.words, left.about.subjects) == ("it is too hard", "whether a deal is bundled", ("bundled",))


# --- kept between runs -------------------------------------------------------------------------------------------


def run(prover: Scripted, text: str = TEXT, today: datetime.date = TODAY) -> list[Answer]:
    """Ask four questions, as one run of the command does."""
    asked = questions(prover, text, KeptAnswers("small"), today)
    answers = [asked.never("deal", ref(name)) for name in ("large", "core_large", "other", "bundled")]
    asked.save()
    return answers


def test_a_second_run_asks_nothing() -> None:
    first, second = Scripted(), Scripted()
    assert run(first) == run(second)
    assert (len(first.asked), len(second.asked), second.made) == (4, 0, 0)


def test_kept_answers_count_like_those_that_were_asked_for() -> None:
    run(Scripted())
    again = questions(Scripted(), kept=KeptAnswers("small"))
    again.never("deal", ref("large"))
    assert (again.counts.asked, again.counts.proved) == (1, 1)


EDITS = {
    "a comment and another layout": (lambda t: "# hello\n" + t.replace("  means", "\n  means"), set()),
    "a further field": (lambda t: t.replace("  arr    money", "  arr    money\n  won_on date"), set()),
    "a further definition": (lambda t: t + "define won of deal { owner sales means arr is known }", set()),
    "another name of a definition": (lambda t: t.replace("define other", "define another"), {"another"}),
    "another limit": (lambda t: t.replace("seats >= 100", "seats >= 101"), {"large", "core_large"}),
    "another domain": (lambda t: t.replace("0..1000", "0..2000"), {"large", "core_large"}),
    "another stand-in for missing": (lambda t: t.replace("0..1000", "0..1000 missing when 7"), {"large", "core_large"}),
    "another item of a list": (lambda t: t.replace('"FR"', '"IT"'), {"core_large"}),
    "another condition on related records": (lambda t: t.replace('sku = "A"', 'sku = "B"'), {"bundled"}),
    "another time zone": (lambda t: t.replace('"UTC"', '"Europe/Berlin"'), {"large", "core_large", "other", "bundled"}),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_asks_again_only_what_it_can_change(name: str) -> None:
    edit, changed = EDITS[name]
    run(Scripted())
    prover = Scripted()
    text = edit(TEXT)
    assert text != TEXT
    if "another" in changed:  # a new name of the same meaning is the same question
        asked = questions(prover, text, KeptAnswers("small"))
        asked.never("deal", ir.Ref("deal.another", Scalar.BOOLEAN))
        assert prover.asked == []
        return
    run(prover, text)
    assert prover.asked == [
        ("deal", (Want(ref(each)),)) for each in ("large", "core_large", "other", "bundled") if each in changed
    ]


def test_a_decision_table_counts_by_its_rows() -> None:
    column = ir.Column("seats", Scalar.INTEGER, (ir.Cell(ranges=(ir.Interval(1, 5),)), ir.ANY_CELL))
    base = ruleset()
    prover = Scripted()
    expr = ir.Collects("deal.routes", (ir.Field("seats", Scalar.INTEGER),), "east")
    for rows in ((0,), (1,), (0,)):
        written = tuple(ir.Row((cell,), "east", line) for line, cell in enumerate(rows, 2))
        type_ = base.entity("deal").fields[4].type
        table = ir.DecisionTable("deal.routes", "t.csv", ir.ChooseMode.COLLECT, type_, "route", (column,), written)
        asked = Questions(replace(base, tables=(table,)), TODAY, prover=prover, kept=KeptAnswers("tables"))
        asked.never("deal", expr)
        asked.save()
    assert len(prover.asked) == 2


def test_a_proof_holds_on_another_day_and_a_record_does_not() -> None:
    prover = Scripted()
    run(prover)
    assert run(Scripted(), today=TODAY + datetime.timedelta(1)) == [IMPOSSIBLE] * 4
    prover.answer = Answer(Verdict.POSSIBLE, Witness("deal", NOW, {"seats": 100}))
    questions(prover, kept=KeptAnswers("other")).save()
    kept = KeptAnswers("days")
    kept.keep(b"1" * 16, prover.answer, TODAY)
    kept.save()
    assert KeptAnswers("days").recall(b"1" * 16, TODAY) == prover.answer
    assert KeptAnswers("days").recall(b"1" * 16, TODAY + datetime.timedelta(1)) is None


def test_a_kept_record_that_the_reference_does_not_confirm_is_asked_for_again() -> None:
    liar = Scripted(Answer(Verdict.POSSIBLE, Witness("deal", NOW, {"seats": 5})))
    asked = questions(liar, kept=KeptAnswers("small"))
    asked.never("deal", ref("large"))
    asked.save()
    honest = Scripted()
    assert questions(honest, kept=KeptAnswers("small")).never("deal", ref("large")) == IMPOSSIBLE
    assert len(honest.asked) == 1


def test_a_kept_record_that_is_confirmed_is_shown_again_as_it_was() -> None:
    shown = Answer(Verdict.POSSIBLE, Witness("deal", NOW, {"seats": 100, "arr": None}))
    run(Scripted(shown))
    # `large` is met by 100 seats, the others are not met by this record
    prover = Scripted()
    assert run(prover)[0] == shown
    assert len(prover.asked) == 3


BROKEN = {
    "nothing": b"",
    "no marshal": b"\xffhello",
    "cut off": b"\xfb",
    "something else": b"i\x05\x00\x00\x00",
    "a pickle": pickle.dumps({"a": 1}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_kept_file_that_is_broken_counts_as_none(name: str) -> None:
    run(Scripted())
    cache.write(kept_answers._key("small"), BROKEN[name])
    prover = Scripted()
    assert run(prover) == [IMPOSSIBLE] * 4
    assert len(prover.asked) == 4
    again = Scripted()
    run(again)
    assert again.asked == []


@pytest.mark.parametrize(
    "entry",
    [(), ("impossible",), ("maybe", (), "", b"", 0), ("possible", (), "", b"", 0), ("possible", (), "", b"junk", 0), 5, None],
)
def test_a_kept_answer_that_is_broken_counts_as_none(entry: object) -> None:
    kept = KeptAnswers("small")
    kept._kept = {b"x" * 16: entry}  # type: ignore[dict-item]  # what no run of ours writes
    assert kept.recall(b"x" * 16, TODAY) is None


def test_another_prover_believes_nothing_of_what_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    run(Scripted())
    monkeypatch.setattr(kept_answers, "_stamp", lambda: "another prover")
    prover = Scripted()
    run(prover)
    assert len(prover.asked) == 4


def test_nothing_is_kept_where_the_cache_is_switched_off(private_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVRULES_NO_CACHE", "1")
    run(Scripted())
    prover = Scripted()
    run(prover)
    assert len(prover.asked) == 4
    assert not private_cache.exists()


def test_the_answers_of_two_runs_at_once_are_both_kept() -> None:
    one, other = KeptAnswers("small"), KeptAnswers("small")
    one.recall(b"1" * 16, TODAY)
    other.recall(b"2" * 16, TODAY)
    one.keep(b"1" * 16, IMPOSSIBLE, TODAY)
    other.keep(b"2" * 16, IMPOSSIBLE, TODAY)
    one.save()
    other.save()
    assert [KeptAnswers("small").recall(digit * 16, TODAY) for digit in (b"1", b"2")] == [IMPOSSIBLE, IMPOSSIBLE]


def test_what_was_not_used_for_longest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "MOST_ANSWERS", 3)
    digests = [bytes([number]) * 16 for number in range(4)]
    for number, digest in enumerate(digests):
        kept = KeptAnswers("small")
        if number == 3:
            assert kept.recall(digests[0], TODAY) == IMPOSSIBLE
        kept.keep(digest, IMPOSSIBLE, TODAY)
        kept.save()
    left = KeptAnswers("small")
    assert [left.recall(digest, TODAY) is not None for digest in digests] == [True, False, True, True]


def test_answers_stay_within_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "MOST_BYTES", 1_000)
    kept = KeptAnswers("small")
    for number in range(100):
        kept.keep(bytes([number]) * 16, Answer(Verdict.UNDECIDED, reason="x" * 50), TODAY)
    kept.save()
    content = cache.read(kept_answers._key("small"))
    assert content is not None
    assert len(content) < 2_000
    assert KeptAnswers("small").recall(bytes([99]) * 16, TODAY) is not None


def test_a_huge_record_is_not_kept() -> None:
    huge = Witness("deal", NOW, {"country": "x" * 100_000})
    kept = KeptAnswers("small")
    kept.keep(b"1" * 16, Answer(Verdict.POSSIBLE, huge), TODAY)
    kept.save()
    assert KeptAnswers("small").recall(b"1" * 16, TODAY) is None


# --- with the prover ---------------------------------------------------------------------------------------------


def real(kept: str) -> list[tuple[Verdict, tuple[int, ...]]]:
    asked = Questions(ruleset(), TODAY, kept=KeptAnswers(kept))
    names = ("large", "core_large", "other", "bundled")
    answers = [asked.never("deal", ref(name)) for name in names]
    answers += [asked.implies("deal", ref(one), ref(other)) for one in names for other in names]
    asked.save()
    return [(answer.verdict, answer.core) for answer in answers]


def test_verdicts_are_the_same_with_and_without_kept_answers() -> None:
    fresh = real("")
    assert real("kept") == fresh
    assert real("kept") == fresh
    assert {verdict for verdict, _ in fresh} == {Verdict.POSSIBLE, Verdict.IMPOSSIBLE}
