"""Tests of texts as languages: automata, the classes that they tell apart, texts that answer as wanted, proofs about them."""

from __future__ import annotations

import datetime
import itertools
import time
from random import Random

import pytest

from revrules import ir
from revrules.backends.smt import MET, NOT_MET, UNKNOWN, UNMET, Prover, Verdict, Want
from revrules.backends.smt.automata import accepts
from revrules.backends.smt.classes import classes
from revrules.backends.smt.languages import FUNCTIONS, Kind, Language, among, at_least, holds, language, results, values
from revrules.backends.smt.machines import machine
from revrules.backends.smt.plausible import hints
from revrules.backends.smt.samples import conflict, find, pairs
from revrules.reference import Judge
from revrules.types import Scalar

MARKS = "abAB.w@:/ \tz?é"
FEW = "abA.@ "
SHORT_TEXTS = ["".join(marks) for length in range(5) for marks in itertools.product(FEW, repeat=length)]
BEGINNINGS = ("", "", "", "http://", "https://www.", " ftp://", "ann@", "www.")
PATTERNS = ("[a-c]+", "[A-Z]{1,2}", ".*@.*", "(a|b)@[ab]", "[ab]", "[^@]*", "a.*", "(ab|b.)*", "")


def some_text(r: Random, marks: str = MARKS, longest: int = 4) -> str:
    return "".join(r.choice(marks) for _ in range(r.randint(0, longest)))


def some_language(r: Random) -> Language:
    kind, any_case = r.choice(list(Kind)), r.random() < 0.4
    match kind:
        case Kind.AMONG:
            made = among([some_text(r) for _ in range(r.randint(0, 5))], any_case=any_case)
        case Kind.LENGTH:
            made = at_least(r.randint(0, 5))
        case Kind.VALUE:
            made = values([some_text(r, longest=3) for _ in range(r.randint(0, 3))])
        case Kind.RESULT:
            made = results(r.choice(list(FUNCTIONS)))
        case Kind.MATCHES:
            made = language(kind, r.choice(PATTERNS), any_case=any_case)
        case _:
            made = language(kind, some_text(r, FEW, 3), any_case=any_case)
    for _ in range(r.choice((0, 0, 0, 1, 2))):
        made = made.behind(r.choice(list(FUNCTIONS)))
    return made


def some_texts(r: Random, tests: tuple[Language, ...]) -> list[str]:
    """Return texts that may pass some of the tests."""
    parts = ["", *(test.operand for test in tests), *(item for test in tests for item in test.items.texts)]
    made = [r.choice(BEGINNINGS) + some_text(r) + r.choice(parts) + some_text(r, longest=2) for _ in range(60)]
    return [*made, *parts, *r.sample(SHORT_TEXTS, 100)]


# --- automata ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_an_automaton_accepts_what_passes_the_test(seed: int) -> None:
    r = Random(seed)
    for _ in range(250):
        test = some_language(r)
        built = machine(test)
        assert built is not None
        for text in some_texts(r, (test,)):
            assert accepts(built, text) is holds(test, text), (test, text)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        (" https://Ann@www.Acme.com:80/x?y#z ", "acme.com"),
        ("www.www.acme.com", "www.acme.com"),
        ("acme.com:80@other.com", "other.com"),
        ("http:/acme.com", None),
        ("http://a b.com", None),
        ("a/b://acme.com", None),
        ("acme", None),
        ("x+y://acme.com?", "acme.com"),
        ("ftp://acme.com\t", "acme.com"),
        ("acme.com /x", None),
        ("WWW.acme.com", "acme.com"),
    ],
)
def test_the_host_of_an_address_is_read_by_an_automaton_as_by_the_runtime(text: str, domain: str | None) -> None:
    assert FUNCTIONS["url_domain"](text) == domain
    for host in ("acme.com", "www.acme.com", "other.com"):
        built = machine(language(Kind.EQUALS, host).behind("url_domain"))
        assert built is not None
        assert accepts(built, text) is (host == domain)


# --- classes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_every_text_is_in_one_of_the_classes(seed: int) -> None:
    r = Random(seed)
    for _ in range(60):
        tests = tuple(some_language(r) for _ in range(r.randint(1, 5)))
        told = classes(tests)
        assert told is not None
        by_signature = {each.signature: each for each in told}
        assert len(by_signature) == len(told)
        seen: dict[tuple[bool, ...], set[str]] = {}
        for text in some_texts(r, tests):
            signature = tuple(holds(test, text) for test in tests)
            seen.setdefault(signature, set()).add(text)
            found = by_signature[signature]
            assert found.shortest <= len(text) <= (found.longest if found.longest is not None else len(text))
        for signature, texts in seen.items():
            size = by_signature[signature].size
            assert size is None or len(texts) <= size


@pytest.mark.parametrize("seed", range(4))
def test_every_class_has_texts_and_a_small_one_as_many_as_it_says(seed: int) -> None:
    r = Random(seed)
    for _ in range(40):
        tests = tuple(dict.fromkeys(some_language(r) for _ in range(r.randint(1, 4))))
        for each in classes(tests) or ():
            wanted = list(zip(tests, each.signature, strict=True))
            if each.size is None:
                text = find(wanted).text
                assert text is None or tuple(holds(test, text) for test in tests) == each.signature
                continue
            listed: list[str] = []
            while len(listed) < min(each.size, 5):
                text = find(wanted, listed).text
                assert text is not None
                assert text not in listed
                assert tuple(holds(test, text) for test in tests) == each.signature
                listed.append(text)
            if each.size <= 5:
                assert find(wanted, listed) == (None, True, tuple(find(wanted, listed).avoided))
                assert set(find(wanted, listed).avoided) == set(listed)


@pytest.mark.parametrize("seed", range(4))
def test_what_no_class_has_is_proved_to_have_no_text_by_as_few_tests_as_can_be(seed: int) -> None:
    r = Random(seed)
    for _ in range(40):
        tests = tuple(dict.fromkeys(some_language(r) for _ in range(r.randint(1, 4))))
        told = classes(tests)
        assert told is not None
        signatures = {each.signature for each in told}
        if len(tests) > 1:
            assert pairs(tests[0], tests[1]) == {(one[0], one[1]) for one in signatures}
        for signature in itertools.product((True, False), repeat=len(tests)):
            wanted = list(zip(tests, signature, strict=True))
            if signature in signatures:
                continue
            assert find(wanted).proved
            core = [wanted.index(each) for each in conflict(wanted)]
            assert not any(all(one[place] == signature[place] for place in core) for one in signatures)
            for left_out in core:
                rest = [place for place in core if place != left_out]
                assert any(all(one[place] == signature[place] for place in rest) for one in signatures)


def test_a_large_list_is_told_apart_by_the_tests_of_its_items() -> None:
    hosts = among(f"host{number}.example" for number in range(200_000))
    one, ends, value = language(Kind.EQUALS, "host7.example"), language(Kind.ENDS, "9.example"), values(["n/a"])
    start = time.process_time()
    told = {each.signature: each.size for each in classes((value, hosts, one, ends)) or ()}
    assert told == {
        (True, True, True, False): 1,
        (True, True, False, True): 20_000,
        (True, True, False, False): 179_999,
        (True, False, False, True): None,
        (True, False, False, False): None,
        (False, False, False, False): None,
    }
    assert time.process_time() - start < 3


def test_too_many_classes_are_none_but_a_text_is_found_all_the_same() -> None:
    words = ("VP", "Chief", "Director", "Head of", "Sales", "Marketing", "Revenue", "Finance", "CEO", "CFO", "Manager", "Intern")
    tests = tuple(language(Kind.CONTAINS, word, any_case=True) for word in words)
    assert classes(tests) is None
    wanted = [(test, word in ("VP", "Sales")) for test, word in zip(tests, words, strict=True)]
    assert find(wanted).text == "Vp Sales"
    president = [(language(Kind.CONTAINS, word, any_case=True), word != "president") for word in ("president", "vice president")]
    assert find([*wanted, *president]).proved
    assert set(conflict([*wanted, *president])) == set(president)


# --- believable texts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "tests", "text"),
    [
        ("domain", [language(Kind.ENDS, ".edu")], "acme.edu"),
        ("email", [language(Kind.ENDS, "@acme.com")], "ann@acme.com"),
        ("email", [language(Kind.ENDS, ".edu").behind("email_domain")], "ann@acme.edu"),
        ("email", [language(Kind.STARTS, "info@"), language(Kind.ENDS, ".edu").behind("email_domain")], "info@acme.edu"),
        ("website", [language(Kind.STARTS, "https://"), language(Kind.ENDS, ".de").behind("url_domain")], "https://acme.de"),
        ("title", [language(Kind.CONTAINS, "vp", any_case=True)], "VP"),
        ("title", [language(Kind.CONTAINS, "manager", any_case=True)], "Manager"),
        ("name", [language(Kind.ENDS, "Inc")], "Acme Inc"),
        ("name", [language(Kind.CONTAINS, "Enterprise"), language(Kind.CONTAINS, "Renewal")], "Enterprise Renewal"),
        ("vat", [language(Kind.MATCHES, "[A-Z]{2}[0-9]{3,}")], "AB123"),
        ("country", [values([])], "US"),
        ("email", [values([])], "ann@acme.example"),
    ],
)
def test_texts_look_like_those_that_people_write(field: str, tests: list[Language], text: str) -> None:
    assert find([(test, True) for test in [values([]), *tests]], (), hints(field)).text == text


def test_many_different_texts_are_found_for_one_class() -> None:
    found: list[str] = []
    for _ in range(40):
        text = find([(language(Kind.ENDS, ".edu"), True), (values([]), True)], found, hints("domain")).text
        assert text is not None
        found.append(text)
    assert len(set(found)) == 40
    assert all(text.endswith(".edu") for text in found)


# --- proofs ------------------------------------------------------------------------------------------------------

FIELDS = ("email", "domain", "name", "title")
STAND_INS = {"domain": ("N/A",)}
LITERALS = ("acme.edu", "A", "a", "ab", "Ab", "x@acme.edu", "@", "N/A", "n/a", "edu", "b@A")
STUFF = ir.ValueList("stuff", Scalar.TEXT, tuple(a + b for a in "abA@" for b in ("", "a", "b", ".edu")))
RULESET = ir.Ruleset(
    name="texts",
    title="",
    steward=None,
    currency=None,
    timezone="UTC",
    fiscal_year_start=1,
    review_by=None,
    lists=(STUFF,),
    entities=(
        ir.Entity(
            "lead",
            "",
            None,
            tuple(ir.FieldDecl(name, Scalar.TEXT, missing_when=("N/A",) * (name == "domain")) for name in FIELDS),
            (),
        ),
    ),
)
TODAY = datetime.date(2026, 11, 21)
NOON = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
POOL = (None, *LITERALS, *STUFF.items, "https://www.acme.edu/x", "ann@Acme.edu", "a@b", "A@ab", "www.a.edu", " a ", "é", "abcabc")


def field(name: str) -> ir.Expr:
    return ir.Field(name, Scalar.TEXT)


def text(value: str) -> ir.Expr:
    return ir.Literal(value, Scalar.TEXT)


def call(function: str, operand: ir.Expr) -> ir.Expr:
    return ir.Call(function, (operand,), Scalar.INTEGER if function == "length" else Scalar.TEXT)


def equal(one: ir.Expr, other: ir.Expr) -> ir.Expr:
    return ir.Compare(ir.CompareOp.EQ, one, other)


def part_of(op: ir.TextOp, operand: ir.Expr, part: str, any_case: bool = False) -> ir.Expr:
    return ir.TextTest(op, operand, text(part), any_case)


EMAIL, DOMAIN, NAME, TITLE = map(field, FIELDS)
CONTAINS, STARTS, ENDS = ir.TextOp.CONTAINS, ir.TextOp.STARTS, ir.TextOp.ENDS
HOST = call("email_domain", EMAIL)


@pytest.mark.parametrize(
    "conditions",
    [
        (part_of(ENDS, EMAIL, ".edu"), ir.Not(part_of(ENDS, HOST, ".edu")), ir.Known(HOST)),
        (equal(HOST, text("acme.com")), ir.Not(part_of(ENDS, EMAIL, "@acme.com", any_case=True)), part_of(ENDS, EMAIL, "m")),
        (equal(HOST, DOMAIN), part_of(ENDS, DOMAIN, ".com"), part_of(ENDS, EMAIL, ".edu")),
        (equal(NAME, TITLE), part_of(STARTS, NAME, "A"), part_of(STARTS, TITLE, "B")),
        (equal(call("lower", NAME), text("Acme")),),
        (equal(NAME, text("ab")), ir.Compare(ir.CompareOp.GT, call("length", NAME), ir.Literal(2, Scalar.INTEGER))),
        (ir.Matches(NAME, "[ab]"), equal(NAME, TITLE), ir.Not(ir.OneOf(TITLE, ("a", "b")))),
        tuple(
            ir.And((ir.Matches(one, "[ab]"), ir.Not(equal(one, other))))
            for one, other in ((NAME, TITLE), (TITLE, EMAIL), (EMAIL, NAME))
        ),
        (part_of(CONTAINS, TITLE, "vice president", any_case=True), ir.Not(part_of(CONTAINS, TITLE, "President", any_case=True))),
        (equal(ir.OrElse(DOMAIN, HOST), text("N/A")), ir.Known(DOMAIN)),
        (ir.InList(NAME, "stuff"), ir.Compare(ir.CompareOp.GE, call("length", NAME), ir.Literal(6, Scalar.INTEGER))),
    ],
)
def test_no_text_can_be_like_that(conditions: tuple[ir.Expr, ...]) -> None:
    answer = Prover(RULESET, TODAY).find("lead", [Want(condition) for condition in conditions])
    assert answer.verdict is Verdict.IMPOSSIBLE


@pytest.mark.parametrize(
    ("wants", "record"),
    [
        ([Want(equal(HOST, DOMAIN)), Want(part_of(ENDS, DOMAIN, ".edu"))], {"email": "ann@acme.edu", "domain": "acme.edu"}),
        ([Want(equal(HOST, text("acme.com")), UNMET)], {"email": "ann@acme.example"}),
        (
            [Want(ir.Known(EMAIL)), Want(equal(HOST, text("acme.com")), UNKNOWN), Want(part_of(STARTS, EMAIL, "info@"))],
            {"email": "info@"},
        ),
        ([Want(equal(call("upper", TITLE), text("VP"))), Want(equal(TITLE, text("VP")), NOT_MET)], {"title": "Vp"}),
        ([Want(ir.InList(NAME, "stuff")), Want(part_of(ENDS, NAME, ".edu"))], {"name": "a.edu"}),
    ],
)
def test_a_witness_has_texts_that_fit_together(wants: list[Want], record: dict[str, str]) -> None:
    answer = Prover(RULESET, TODAY).find("lead", wants)
    assert answer.verdict is Verdict.POSSIBLE
    assert answer.witness is not None
    assert answer.witness.record == record


def some_term(r: Random, depth: int) -> ir.Expr:
    chance = r.random()
    if depth == 0 or chance < 0.55:
        return field(r.choice(FIELDS))
    if chance < 0.62:
        return text(r.choice(LITERALS))
    if chance < 0.8:
        return call(r.choice(list(FUNCTIONS)), some_term(r, depth - 1))
    if chance < 0.92:
        return ir.OrElse(some_term(r, depth - 1), some_term(r, depth - 1))
    return ir.If(some_test(r), some_term(r, depth - 1), some_term(r, depth - 1))


def some_test(r: Random) -> ir.Expr:
    operand, any_case = some_term(r, r.choice((0, 0, 1, 2))), r.random() < 0.4
    match r.randrange(9):
        case 0 | 1:
            return equal(operand, text(r.choice(LITERALS)))
        case 2:
            return equal(operand, some_term(r, 1))
        case 3:
            return ir.OneOf(operand, tuple(r.sample(LITERALS, r.randint(1, 4))), any_case)
        case 4:
            return ir.InList(operand, "stuff", any_case)
        case 5:
            return part_of(r.choice((CONTAINS, STARTS, ENDS)), operand, r.choice(LITERALS), any_case)
        case 6:
            return ir.Matches(operand, r.choice(PATTERNS), any_case)
        case 7:
            return ir.Compare(r.choice(list(ir.CompareOp)), call("length", operand), ir.Literal(r.randint(0, 6), Scalar.INTEGER))
        case _:
            return ir.Known(operand)


def some_condition(r: Random, depth: int) -> ir.Expr:
    if depth == 0 or r.random() < 0.4:
        return some_test(r)
    parts = tuple(some_condition(r, depth - 1) for _ in range(r.randint(2, 3)))
    return r.choice((ir.And(parts), ir.Or(parts), ir.Not(parts[0])))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_proved_impossible_of_texts_is_so_for_random_records(seed: int) -> None:
    r = Random(seed)
    prover = Prover(RULESET, TODAY)
    undecided = 0
    for _ in range(60):
        wants = [Want(some_condition(r, 2), r.choice((MET, MET, UNMET, UNKNOWN, NOT_MET))) for _ in range(r.randint(1, 3))]
        answer = prover.find("lead", wants)
        undecided += answer.verdict is Verdict.UNDECIDED
        if answer.verdict is Verdict.IMPOSSIBLE:
            judge = Judge(RULESET, "lead", [want.condition for want in wants])
            for _ in range(150):
                record = {name: value for name in FIELDS if (value := r.choice(POOL)) is not None}
                states = judge.values(record, NOON)
                assert not all(state in want.states for state, want in zip(states, wants, strict=True)), (record, wants)
    assert undecided <= 3
