"""Two rulesets as one: each side still says what it says alone; and the command that compares them."""

from __future__ import annotations

import csv
import datetime
import json
import random
import re
from typing import TYPE_CHECKING

import pytest
from test_quickstart import ROOT, run

from revrules import ir
from revrules.compiler import compile_path, compile_text
from revrules.proofs.alignment import Names, align, align_teams
from revrules.proofs.alignment.matching import match
from revrules.proofs.alignment.merged import merged
from revrules.proofs.compare import Comparison, Relation, ValueComparison
from revrules.proofs.states import Judge
from revrules.reference import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from revrules.proofs.alignment import Alignment, Row
    from revrules.proofs.alignment.merged import Merged

TODAY = datetime.date(2026, 11, 21)
NOON = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
SIDES = ("a", "b")

FIRST = """
ruleset first { timezone "Europe/Berlin" currency EUR }
team marketing
list core { "DE", "AT" }
calendar office { days monday..friday  hours 09:00..17:00 }
entity account key id {
  id        text required
  size      integer 1.. as "Number of Employees"  missing when -1
  interest  integer 0..100
  share     number 0..1
  country   text
  industry  enum { software, fintech "FinTech", other }
  sector    text
  tier      ordered enum { bronze, silver, gold }
  paid      money 0..
  signed_on date
  parent    one account by parent_id
  meetings  many meeting by account_id
}
entity meeting key id { id text  account_id text  held_at datetime  kind enum { discovery, demo } }
define big of account { owner marketing  means size >= 10 }
define market of account { owner marketing  means industry in { software, fintech } or sector = "software" }
define hot of account { owner marketing  means interest >= 60 and country in core }
define rich of account { owner marketing  means paid >= 10 and tier >= silver }
define likely of account { owner marketing  means share > 0.5 }
define met of account { owner marketing  means any(meetings where kind = discovery) and parent.size >= 10 }
define recent of account { owner marketing  means signed_on within last 30 days }
define soon of account { owner marketing  means any(meetings where held_at within 2 business hours after held_at) }
classify segment of account, first match { owner marketing  small when size < 10  otherwise large }
score fit of account 0..100 { owner marketing  +40 when big  +30 when market  +5 per count(meetings) }
define fits of account { owner marketing  means fit >= 40 }
rule has_country of account, warn { owner marketing  when size is known  require country is known  message "m" }
lifecycle flow of account {
  stage lead { entry  owner marketing  requires { known: country is known } }
  stage mql  { owner marketing  from lead  requires all of { big: big  hot: hot } }
  stage won  { owner marketing  from mql  requires { paid: paid > 0 }  stamped by signed_on  won }
}
"""

SECOND = """
ruleset second { timezone "UTC" currency USD }
team sales
list core { "DE", "AT", "CH" }
calendar office { days monday..thursday  hours 09:00..17:00 }
entity company key id {
  id        text required
  headcount integer 10..5000 as "Number of Employees"
  interest  integer 0..100 missing when 99
  share     integer 0..100
  country   text missing when "NA"
  industry  enum { software, fin_tech "FinTech", health }
  sector    enum { software "Software", retail }
  tier      ordered enum { none, bronze, silver, gold }
  paid      money
  signed_on text
  mother    one company by parent_id
  meetings  many meeting by account_id
  region    text
}
entity meeting key id { id text  account_id text  held_at datetime  kind enum { discovery, demo, review } }
entity quarrel key id { id text  open boolean }
define big of company { owner sales  means headcount >= 10 }
define market of company { owner sales  means industry in { software, fin_tech } or sector = software }
define hot of company { owner sales  means interest >= 60 and country in core }
define rich of company { owner sales  means paid >= 10 and tier >= silver }
define likely of company { owner sales  means share > 50 }
define met of company { owner sales  means any(meetings where kind = discovery) and mother.headcount >= 10 }
define recent of company { owner sales  means signed_on is known }
define soon of company { owner sales  means any(meetings where held_at within 2 business hours after held_at) }
classify segment of company, first match { owner sales  small when headcount < 20  otherwise large }
score fit of company 0..100 { owner sales  +40 when big  +30 when market  +5 per count(meetings) }
define fits of company { owner sales  means fit >= 40 }
define noisy of quarrel { owner sales  means open }
rule has_country of company, warn { owner sales  when headcount is known  require country is known  message "m" }
lifecycle flow of company {
  stage lead { entry  owner sales  requires { known: country is known } }
  stage mql  { owner sales  from lead  requires all of { big: big  hot: hot } }
  stage done { owner sales  from mql  requires { paid: paid > 0 }  won }
}
"""
MAPPED = {"company": "account", "mother": "parent"}


def ruleset(text: str) -> ir.Ruleset:
    compiled = compile_text(text)
    assert compiled.ruleset is not None and not compiled.errors, [found.message for found in compiled.diagnostics]
    return compiled.ruleset


def both(first: str = FIRST, second: str = SECOND, mapped: Mapping[str, str] = MAPPED) -> Merged:
    one, other = ruleset(first), ruleset(second)
    return merged(one, other, match(one, other, Names(dict(mapped))), SIDES)


def aligned(first: str, second: str, mapped: Mapping[str, str] | None = None) -> Alignment:
    return align(ruleset(first), ruleset(second), Names(dict(mapped or {})), TODAY, sides=SIDES)


def row(found: Alignment, name: str, kind: str = "word") -> Row:
    return next(each for each in found.rows if each.kind == kind and name in (each.first, each.second))


# --- one ruleset of both -----------------------------------------------------------------------------------------

RAW: Mapping[str, tuple[object, ...]] = {
    "size": (None, -1, 0, 1, 9, 10, 11, 5000, 5001),
    "interest": (None, 0, 59, 60, 99, 100, 101),
    "country": (None, "DE", "CH", "NA", "FR"),
    "industry": (None, "software", "fintech", "other", "health"),
    "sector": (None, "software", "retail", "Software", "else"),
    "tier": (None, "none", "bronze", "silver", "gold"),
    "paid": (None, -5, 0, 10, 11),
    "share": (None, 0, 1),
}
RENAMED = {"size": "headcount", "parent": "mother"}


def records(count: int) -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Yield raw records as either ruleset names their fields; ``share`` as both can read it."""
    draw = random.Random(11)
    for _ in range(count):
        parent = {"size": draw.choice(RAW["size"])}
        meetings = [{"kind": draw.choice((None, "discovery", "demo", "review"))} for _ in range(draw.randint(0, 2))]
        record = {name: draw.choice(values) for name, values in RAW.items()}
        record |= {"parent": draw.choice((None, parent)), "meetings": meetings}
        yield record, _as_second(record)


def _as_second(record: Mapping[str, object]) -> dict[str, object]:
    found = {RENAMED.get(name, name): value for name, value in record.items()}
    if isinstance(found.get("mother"), dict):
        found["mother"] = {"headcount": record["parent"]["size"]}  # type: ignore[index]  # a record, as asked above
    if found["industry"] == "fintech":
        found["industry"] = "fin_tech"
    return found


WORDS = ("big", "market", "hot", "rich", "likely", "met", "segment", "fit", "fits")


def test_each_side_of_the_whole_says_what_it_says_alone() -> None:
    whole = both()
    here = Judge(whole.first.ruleset, "account", [_ref(whole.first.ruleset, name) for name in WORDS])
    there = Judge(whole.second.ruleset, "company", [_ref(whole.second.ruleset, name) for name in WORDS])
    mine = [whole.first.expression(_ref(whole.first.ruleset, name), "account")[0] for name in WORDS]
    theirs = [whole.second.expression(_ref(whole.second.ruleset, name), "company")[0] for name in WORDS]
    together = Judge(whole.ruleset, "account", (*mine, *theirs))
    told = set()
    for record, other in records(3000):
        first, second = here.values(record, NOON), there.values(other, NOON)
        found = together.values(record, NOON)
        assert found[: len(WORDS)] == first, record
        assert found[len(WORDS) :] == second, record
        told |= {(name, value) for name, value in zip(WORDS, first, strict=True)}
        told |= {(name, value) for name, value in zip(WORDS, second, strict=True)}
    assert {(name, state) for name in WORDS[:6] for state in (True, False, None)} <= told


def _ref(of: ir.Ruleset, name: str) -> ir.Ref:
    found = next(each for each in of.definitions if each.name == name)
    return ir.Ref(found.id, found.type, ranged=found.kind is ir.DefinitionKind.SCORE)


def test_stages_of_the_whole_are_those_of_each_side() -> None:
    from revrules.proofs.placement import placement

    whole = both()
    for side, entity in ((whole.first, "account"), (whole.second, "company")):
        lifecycle = side.ruleset.lifecycles[0]
        ways = placement(side.lifecycle(lifecycle))
        from dataclasses import replace

        extended = replace(whole.ruleset, definitions=(*whole.ruleset.definitions, *ways.definitions))
        judge = Judge(extended, "account", [ways.passes[stage.name] for stage in lifecycle.stages])
        for record, other in records(400):
            path = place(side.ruleset, lifecycle, record if entity == "account" else other, NOON).path
            reached = judge.values(record, NOON)
            assert [stage.name for stage, yes in zip(lifecycle.stages, reached, strict=True) if yes] == list(path)


def test_what_the_two_differ_in_besides_words_is_told() -> None:
    told = {f"{each.kind} {each.name}": each.told for each in both().differences}
    assert (
        told["field account.size"]
        == "called `headcount` in b; 1 or more in a, from 10 to 5000 in b; only a takes `-1` for missing"
    )
    assert told["field account.industry"] == "only a knows `other`; only b knows `health`"
    assert told["field account.sector"] == "text in a, an enum in b"
    assert told["field account.share"] == "number from 0 to 1 in a, an integer from 0 to 100 in b"
    assert told["field account.signed_on"] == "date in a, text in b"
    assert told["list core"] == 'only b has `"CH"`'
    assert set(told) >= {"calendar office", "setting timezone", "setting currency", "field account.tier"}


def test_a_ruleset_aligned_with_itself_is_the_same() -> None:
    found = aligned(FIRST, FIRST)
    assert found.same
    assert len(found.rows) == 17
    assert found.differences == ()
    assert found.counts.undecided == 0


def test_words_are_compared_as_each_side_reads_its_fields() -> None:
    found = aligned(FIRST, SECOND, MAPPED)
    relations = {each.first: each.found.relation for each in found.rows if isinstance(each.found, Comparison)}
    assert relations["big"] is Relation.WIDER  # 6,000 is no value of headcount
    assert relations["hot"] is Relation.OVERLAPPING  # 99 is missing in b, CH is in b's list
    assert relations["market"] is Relation.NARROWER  # b reads the label "Software", too
    assert relations["rich"] is Relation.SAME
    assert row(found, "recent").obstacle == "`signed_on`: date in a, text in b"
    assert row(found, "likely").caveats == ("`share`: only values that are an integer are looked at",)
    assert row(found, "soon").found is not None
    assert row(found, "noisy").first is None
    assert [each.second for each in found.rows if each.first == "won"] == [None]
    assert not found.same


def test_a_stage_is_not_held_back_by_what_only_later_stages_read() -> None:
    found = aligned(FIRST, SECOND, {**MAPPED, "done": "won"})
    assert row(found, "lead", "stage").found is not None
    assert row(found, "mql", "stage").found is not None
    assert row(found, "won", "stage").obstacle


HEAD = "team sales\nentity deal { tier ordered enum { TIERS }  size integer 0..9  on date }\n"


@pytest.mark.parametrize(
    ("mine", "theirs", "word", "obstacle"),
    [
        ("low, mid, high", "low, high", "tier >= mid", False),
        ("low, high", "high, low", "tier = high", False),
        ("low, high", "high, low", "tier > low", True),
    ],
)
def test_orders_that_cannot_both_be_kept_matter_only_to_comparisons_by_order(
    mine: str, theirs: str, word: str, obstacle: bool
) -> None:
    first = HEAD.replace("TIERS", mine) + f"define good of deal {{ owner sales  means {word} }}"
    second = HEAD.replace("TIERS", theirs) + f"define good of deal {{ owner sales  means {word.replace('mid', 'high')} }}"
    assert bool(row(aligned(first, second), "good").obstacle) is obstacle


def test_a_time_zone_that_differs_is_a_reserve_of_words_about_days() -> None:
    deal = HEAD.replace("TIERS", "low") + (
        "define due of deal { owner sales  means on <= today }\ndefine big of deal { owner sales  means size > 5 }"
    )
    found = aligned('ruleset a { timezone "UTC" }' + deal, 'ruleset b { timezone "Asia/Tokyo" }' + deal)
    assert row(found, "due").caveats == ("days are those of UTC: the time zones differ",)
    assert row(found, "big").caveats == ()


# --- what corresponds --------------------------------------------------------------------------------------------


def test_variants_are_paired_by_team_and_what_is_left_one_to_one() -> None:
    head = "team marketing\nteam sales\nteam success\nentity deal { size integer 0..9 }\n"
    two = "define ok of deal for marketing { means size > 1 }\ndefine ok of deal for sales { means size > 2 }\n"
    one = "define ok of deal for success { means size > 2 }\n"
    pairs = [(each.first, each.second) for each in aligned(head + two, head + two).rows]
    assert pairs == [("ok for marketing", "ok for marketing"), ("ok for sales", "ok for sales")]
    pairs = [(each.first, each.second) for each in aligned(head + two, head + one).rows]
    assert pairs == [("ok for marketing", "ok for success"), ("ok for sales", "ok for success")]


def test_names_that_are_mapped_correspond() -> None:
    first = "team t\nentity deal { size integer 0..9 }\ndefine ok of deal { owner t  means size > 2 }"
    second = "team t\nentity chance { bulk integer 0..9 }\ndefine fine of chance { owner t  means bulk > 2 }"
    names = Names({"chance": "deal", "bulk": "size", "fine": "ok", "nothing": "ok"})
    found = align(ruleset(first), ruleset(second), names, TODAY, sides=SIDES)
    assert [(each.first, each.second, each.same) for each in found.rows] == [("ok", "fine", True)]
    assert names.used == {"chance", "bulk", "fine"}


def test_a_variant_can_be_mapped_to_one_of_another_name() -> None:
    head = "team marketing\nteam sales\nentity deal { size integer 0..9 }\n"
    first = "define ok of deal for marketing { means size > 1 }\ndefine ok of deal for sales { means size > 2 }\n"
    second = "define fine of deal { owner sales  means size > 2 }\n"
    found = aligned(head + first, head + second, {"fine": "ok for sales"})
    assert [(each.first, each.second) for each in found.rows] == [("ok for sales", "fine"), ("ok for marketing", None)]


def test_names_that_are_near_and_words_of_one_meaning_are_suggested() -> None:
    head = "team t\nentity deal { size integer 0..9  amount money }\n"
    first = head + "define qualified of deal { owner t  means size >= 3 }\ndefine vip of deal { owner t  means amount > 9 }"
    second = (
        head + "define qualifeid of deal { owner t  means size >= 4 }\ndefine top of deal { owner t  means not (amount <= 9) }"
    )
    near = aligned(first, second).near
    assert [(each.theirs, each.ours, each.proved) for each in near] == [("top", "vip", True), ("qualifeid", "qualified", False)]


def test_two_teams_of_one_ruleset_are_compared_by_their_variants() -> None:
    text = """
        team marketing
        team sales
        entity deal { size integer 0..9 }
        define big of deal { owner sales  means size > 5 }
        define ok of deal for marketing { means size > 2 }
        define ok of deal for sales { means size >= 3 }
        define own of deal for sales { means size >= 4 }
    """
    found = align_teams(ruleset(text), TODAY, ("marketing", "sales"))
    pairs = [(each.first, each.second, each.same) for each in found.rows]
    assert pairs == [("ok for marketing", "ok for sales", True), (None, "own for sales", False)]
    assert found.sides == ("marketing", "sales")


def test_members_of_a_classification_are_compared_each() -> None:
    head = "team t\nentity deal { size integer 0..9 }\n"
    first = head + "classify band of deal, first match { owner t  low when size < 3  mid when size < 6  otherwise high }"
    second = head + "classify band of deal, first match { owner t  low when size < 3  mid when size < 7  otherwise top }"
    found = aligned(first, second, {"top": "high"})
    assert [(each.kind, each.first, each.second, each.same) for each in found.rows] == [
        ("word", "band", "band", False),
        ("member", "low", "low", True),
        ("member", "mid", "mid", False),
        ("member", "high", "top", False),
    ]
    assert isinstance(found.rows[0].found, ValueComparison)
    assert row(found, "mid", "member").found.relation is Relation.NARROWER  # type: ignore[union-attr]  # members are compared


def test_the_criterion_that_makes_all_of_the_difference_is_named() -> None:
    head = "team t\nentity deal { size integer 0..9  paid boolean }\n"
    first = head + "define ok of deal { owner t  means all of { size: size > 2  paid: paid } }"
    second = head + "define ok of deal { owner t  means all of { size: size > 3  paid: paid } }"
    found = row(aligned(first, second), "ok")
    assert found.clauses == (("`size: size > 3`",), ())
    assert found.just == (True, False)


# --- the command -------------------------------------------------------------------------------------------------

EXAMPLE = ("examples/align/marketing.rev", "examples/align/sales.rev", "--as-of", "2026-11-21")
DATA = ("--data", "examples/align/accounts.csv", "--data", "meetings=examples/align/meetings.csv")


def console(page: str) -> list[tuple[str, list[str]]]:
    """Return the `align` commands of a page, each with the lines of output that stand below it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return [(command, lines) for command, lines in found if command.startswith("revrules align ")]


@pytest.mark.parametrize(("command", "lines"), [*console("README.md"), *console("examples/align/README.md")])
def test_a_command_of_the_pages_prints_what_stands_there(command: str, lines: list[str], tmp_path: Path) -> None:
    arguments = [str(tmp_path / word) if word == "differing.csv" else word for word in command.split()[1:]]
    done = run(*arguments)
    assert done.returncode == 1, done.stderr
    printed = iter((done.stdout + done.stderr).replace(f"{tmp_path}/", "").splitlines())
    for line in lines:
        assert any(line in shown for shown in printed), f"`{line}` is not printed:\n{done.stdout}{done.stderr}"


def test_the_pages_have_commands() -> None:
    assert len(console("README.md")) == 1
    assert len(console("examples/align/README.md")) == 2


def test_real_records_are_all_accounted_for_and_lie_where_each_side_puts_them(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    done = run("align", *EXAMPLE, *DATA, "--list", str(listed), "--rejects", str(tmp_path / "r.csv"), "--output-format", "json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["data"] == {"read": 60, "judged": 60, "rejected": 0}
    counted = {each["first"]: each["records"] for each in found["rows"] if "records" in each}
    assert all(sum(region["count"] for region in regions.values()) == 60 for regions in counted.values())
    expected = regions_by_hand()
    assert {region: each["count"] for region, each in counted["qualified"].items()} == {
        region: len(keys) for region, keys in expected.items()
    }
    with listed.open(encoding="utf-8") as stream:
        keys = [line for line in csv.DictReader(stream) if line["word"] == "word qualified"]
    for region, name in (("only first", "only marketing"), ("only second", "only sales"), ("cannot tell", "cannot tell")):
        assert [line["key"] for line in keys if line["region"] == name] == expected[region]
    with (tmp_path / "r.csv").open(encoding="utf-8") as stream:
        assert sorted(line["value"] for line in csv.DictReader(stream)) == ["11-50", "n/a"]


def regions_by_hand() -> dict[str, list[str]]:
    """Return the keys by region of `qualified`, worked out by the interpreter from each ruleset alone."""
    sides = [compile_path(ROOT / path).ruleset for path in EXAMPLE[:2]]
    with (ROOT / DATA[3].split("=")[1]).open(encoding="utf-8") as stream:
        meetings = list(csv.DictReader(stream))
    found: dict[str, list[str]] = {}
    with (ROOT / DATA[1]).open(encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            own = [each for each in meetings if each["account_id"] == line["account_id"]]
            states = []
            for side in sides:
                assert side is not None
                columns = {name: field.name for field in side.entity("account").fields for name in (*field.columns, field.name)}
                record = {columns[name]: value for name, value in line.items()} | {"meetings": own}
                (state,) = Judge(side, "account", [_ref(side, "qualified")]).values(record, NOON)
                states.append(state)
            region = {
                (True, True): "both",
                (True, False): "only first",
                (False, True): "only second",
                (False, False): "neither",
            }.get((states[0], states[1]), "cannot tell")  # type: ignore[call-overload]  # with an unknown one it is no key
            found.setdefault(region, []).append(line["account_id"])
    return found


def test_a_row_that_cannot_be_read_is_rejected_and_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    text = (ROOT / DATA[1]).read_text(encoding="utf-8")
    broken.write_text(text + "A-900,x.example\n", encoding="utf-8")
    done = run("align", *EXAMPLE, "--data", str(broken), "--rejects", str(tmp_path / "r.csv"))
    assert "61 rows read = 60 account records judged + 1 rejected" in done.stderr
    assert "row rejected" in (tmp_path / "r.csv").read_text(encoding="utf-8")


def test_exit_codes_and_mistakes_of_the_command_line(tmp_path: Path) -> None:
    first = EXAMPLE[0]
    assert run("align", first, first).returncode == 0
    assert run("align", *EXAMPLE).returncode == 1
    bad = tmp_path / "bad.rev"
    bad.write_text("entity deal { size whole }", encoding="utf-8")
    keyless = tmp_path / "keyless.csv"
    keyless.write_text("Company Domain Name,industry\nx.example,software\n", encoding="utf-8")
    for arguments, told in (
        ((first,), "name a second ruleset"),
        ((first, str(bad)), "REV"),
        ((first, str(tmp_path / "none.rev")), "no file"),
        ((*EXAMPLE, "--map", "larg=enterprise"), "did you mean `large`?"),
        ((*EXAMPLE, "--map", "large=entreprise"), "A has nothing of that kind"),
        ((*EXAMPLE, "--map", "large"), "maps no name"),
        ((first, "--teams", "marketing"), "does not name two teams"),
        ((first, "--teams", "marketing,sales"), "there is no team `sales`"),
        ((*EXAMPLE, "--list", str(tmp_path / "l.csv")), "--data"),
        ((*EXAMPLE, "--data", str(tmp_path / "none.csv")), "none.csv"),
        ((*EXAMPLE, "--data", DATA[1], "--entity", "lead"), "is no entity that both have"),
        ((*EXAMPLE, "--data", str(keyless)), "key"),
    ):
        done = run("align", *arguments)
        assert done.returncode == 2, (arguments, done.stdout, done.stderr)
        assert told in done.stderr, (arguments, done.stderr)


def test_json_and_markdown_say_what_the_text_says() -> None:
    found = json.loads(run("align", *EXAMPLE, "--output-format", "json", "-q").stdout)
    qualified = next(each for each in found["rows"] if each["first"] == "qualified")
    assert qualified["relation"] == "overlapping"
    assert set(qualified["only_first"]["example"]["record"]) >= {"employees", "engagement"}
    assert found["questions"]["undecided"] == 0
    assert found["near"] == [{"theirs": "large", "ours": "enterprise", "proved": True}]
    shown = run("align", *EXAMPLE, "--output-format", "markdown", "-q").stdout
    assert "| word | qualified | qualified | they overlap |" in shown


@pytest.mark.parametrize("name", ["b2b_saas", "hubspot_lifecycle", "salesforce_opportunity"])
def test_a_standard_ruleset_is_the_same_as_itself(name: str) -> None:
    done = run("align", f"rulesets/{name}", f"rulesets/{name}", "--as-of", "2026-11-21")
    assert done.returncode == 0, done.stdout + done.stderr


OF_COMPANIES = """
team sales
entity company key cid {{
  cid   text required as "id"
  size  integer 1..
  city  text
  {many}
}}
entity deal key id {{ id text  company_id text  amount money 0.. }}
define busy of company {{ owner sales  means any({name} where amount >= 10000) }}
"""


def test_an_entity_with_the_columns_of_another_is_offered_for_a_map() -> None:
    first = OF_COMPANIES.format(many="deals many deal by company_id", name="deals")
    second = first.replace("entity company", "entity account").replace("of company", "of account")
    near = match(ruleset(first), ruleset(second), Names()).near
    assert [(each.theirs, each.ours, each.proved) for each in near] == [("account", "company", False)]


def test_relations_of_two_names_by_one_column_are_the_same() -> None:
    first = OF_COMPANIES.format(many="deals many deal by company_id", name="deals")
    second = OF_COMPANIES.format(many="opportunities many deal by company_id", name="opportunities")
    assert match(ruleset(first), ruleset(second), Names()).relations == {("company", "opportunities"): "deals"}
    assert row(aligned(first, second), "busy").same


def test_relations_by_one_column_of_which_one_could_be_two_are_left_apart() -> None:
    first = ruleset(OF_COMPANIES.format(many="deals many deal by company_id", name="deals"))
    two = "opportunities many deal by company_id  renewals many deal by company_id"
    assert match(first, ruleset(OF_COMPANIES.format(many=two, name="renewals")), Names()).relations == {}
