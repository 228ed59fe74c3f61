"""Findings about the rows of decision tables: what they say is so of every record, and each is told in words that help."""

from __future__ import annotations

import datetime
import itertools
import random
import re
from typing import TYPE_CHECKING

import pytest

from revrules import ir
from revrules.compiler import compile_text
from revrules.pages import page
from revrules.proofs import boxes, table_boxes
from revrules.proofs.lines import ends, place, value_at
from revrules.proofs.states import Judge
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from revrules.diagnostics import Diagnostic

TODAY = datetime.date(2026, 11, 21)
NOON = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
ENTITY = """
team sales "Sales"
entity account key account_id {
  account_id  text required
  country     text
  employees   integer 1..
  tier        ordered enum { bronze, silver, gold }
  arr         money 0..
  active      boolean
  chance      number 0..1
  since       date
  seen        datetime
  wait        duration
  parent      one account by parent_id
}
score fit of account 0..100 { owner sales +40 when employees > 100 +30 when tier = gold +30 when arr > 1000 }
"""


def found(declaration: str, csv: str, name: str = "t.csv") -> list[Diagnostic]:
    """Return what is found about the one table of a ruleset."""
    compiled = compile_text(ENTITY + declaration, files={name: csv}, today=TODAY, proofs=True)
    assert not compiled.errors, [each.message for each in compiled.errors]
    return [each for each in compiled.diagnostics if each.code.startswith("REV52") or each.code == "REV599"]


def told(declaration: str, csv: str, name: str = "t.csv") -> list[str]:
    return [f"{each.code} {each.message}" for each in found(declaration, csv, name)]


FIRST = 'classify k of account, first match from "t.csv" { owner sales }'
ONE = 'classify k of account, exactly one from "t.csv" { owner sales }'
COLLECT = 'classify k of account, collect from "t.csv" { owner sales }'


# --- gaps --------------------------------------------------------------------------------------------------------


def test_a_gap_is_told_in_the_words_of_the_table_with_a_record_that_has_no_row() -> None:
    (gap,) = found(FIRST, 'country,employees,k\n"DE, AT",,x\nFR,..99,y\nFR,1000..,z\n"not DE, AT, FR",,w\n')
    assert gap.message == "`t.csv` has no row for `country = FR`, `employees in 100..999`"
    assert gap.witness == (("country", '"FR"'), ("employees", "100"))
    assert ("ask", "sales owns `k`") in gap.notes


def test_several_gaps_are_one_finding_that_lists_the_largest() -> None:
    rows = "".join(f"{n},{n},a\n" for n in range(1, 13))
    (gap,) = found(FIRST, f"employees,arr,k\n{rows}")
    listed = [text for keyword, text in gap.notes if keyword == "gap"]
    assert len(listed) == 7
    assert [keyword for keyword, _ in gap.notes].count("and") == 1


def test_a_missing_value_is_no_gap_unless_the_rows_speak_of_missing_values() -> None:
    assert told(FIRST, "country,active,k\nDE,yes,x\nDE,no,y\nnot DE,,z\n") == []
    assert told(FIRST, "country,active,k\nmissing,yes,q\nDE,,x\nnot DE,,z\n") == [
        "REV520 `t.csv` has no row for `country missing`, `active = no`"
    ]


def test_otherwise_and_a_row_that_takes_anything_leave_no_gap() -> None:
    assert told('classify k of account, first match from "t.csv" { owner sales otherwise rest }', "country,k\nDE,x\n") == []
    assert told(FIRST, "country,k\nDE,x\n,y\n") == []


def test_nothing_lies_between_neighbouring_integers_days_or_amounts() -> None:
    for column, low, high in (
        ("employees", "..5", "6.."),
        ("since", "..2025-12-31", "2026-01-01.."),
        ("arr", "<= 9.99", ">= 9.9901"),
        ("chance", "< 0.5", ">= 0.5"),
    ):
        assert told(FIRST, f"{column},k\n{low},x\n{high},y\n") == []
    (gap,) = found(FIRST, "arr,k\n<= 999,x\n>= 1000,y\n")
    assert gap.message == "`t.csv` has no row for `arr > 999 and < 1000`"
    (gap,) = found(FIRST, "seen,k\n< 2026-01-01T00:00Z,x\n> 2026-01-01T00:00Z,y\n")
    assert gap.message == "`t.csv` has no row for `seen = 2026-01-01T00:00Z`"


def test_values_outside_the_domain_are_no_gap() -> None:
    assert told(FIRST, "employees,k\n1..9,x\n10..,y\n") == []
    assert told(FIRST, "chance,k\n0..0.5,x\n> 0.5,y\n") == []


def test_a_table_that_collects_is_remarked_on_only() -> None:
    (rest,) = found(COLLECT, "country,arr,k\nDE,,a\n,>= 1000,b\n")
    assert (rest.code, rest.severity) == ("REV525", "info")
    assert rest.message == "`t.csv` has no row for `country not DE`, `arr in 0..<1000`"
    assert rest.subjects == ("k", "account.k")


def test_a_gap_that_no_record_can_be_in_is_dropped() -> None:
    """A score of 40 and two of 30 is never 1 to 29, and never 50."""
    assert told(FIRST, "fit,k\n0,none\n30..40,low\n60..70,mid\n100,high\n") == []
    (gap,) = found(FIRST, "fit,k\n0,none\n30..40,low\n60,mid\n100,high\n")
    assert gap.message == "`t.csv` has no row for `fit in 1..29 or in 41..59 or in 61..99`"
    assert gap.witness


def test_two_columns_of_one_field_are_looked_at_together() -> None:
    declaration = (
        'classify k of account, exactly one from "t.csv" { owner sales column "From" is employees column "To" is employees }'
    )
    assert told(declaration, "From,To,k\n1..,..9,x\n10..,..99,y\n100..,,z\n") == []
    (gap,) = found(declaration, "From,To,k\n1..,..9,x\n20..,..99,y\n100..,,z\n")
    assert dict(gap.witness)["employees"] in {"10", "19"}


def test_a_field_of_a_related_record_is_a_column_like_any_other() -> None:
    (gap,) = found(FIRST, "parent.country,country,k\nDE,DE,x\nnot DE,,y\n")
    assert gap.message == "`t.csv` has no row for `parent.country = DE`, `country not DE`"
    assert [name for name, _ in gap.witness] == ["country", "parent.country"]


def test_a_finding_about_a_table_can_be_allowed() -> None:
    allowed = 'allow table-gap on k because "the rest is not sold to"\n'
    assert told(allowed + FIRST, "country,k\nDE,x\n") == []
    compiled = compile_text(ENTITY + allowed + FIRST, files={"t.csv": "country,k\nDE,x\n,y\n"}, today=TODAY, proofs=True)
    assert "allow-without-finding" in {each.name for each in compiled.diagnostics} | {
        each.name for each in compiled.diagnostics if "allow" in each.name
    }


# --- overlaps ----------------------------------------------------------------------------------------------------


def test_an_overlap_names_both_rows_and_shows_a_record_of_both() -> None:
    (overlap,) = found(ONE, "employees,arr,k\n..100,,small\n100..,< 1000,medium\n101..,>= 1000,large\n")
    assert overlap.code == "REV521"
    assert overlap.message == (
        "rows 2 and 3 of `t.csv` are both true of `employees = 100`, `arr in 0..<1000`, where exactly one row may be"
    )
    assert dict(overlap.witness)["employees"] == "100"
    assert overlap.span is not None
    assert overlap.span.path == "t.csv"
    assert [label.span.path for label in overlap.related] == ["t.csv"]


def test_rows_that_overlap_in_first_match_are_no_finding() -> None:
    assert told(FIRST, "employees,k\n..100,small\n50..,medium\n") == []


def test_an_overlap_that_no_record_can_be_in_is_dropped() -> None:
    """A score of 100 needs more than 100 employees."""
    declaration = 'classify k of account, exactly one from "t.csv" { owner sales otherwise rest }'
    assert told(declaration, "fit,employees,k\n80..,,high\n,..100,small\n") == []


def test_many_overlaps_are_told_in_part_and_counted() -> None:
    rows = "".join(f"{n}..,k{n}\n" for n in range(1, 31))
    overlaps = [each for each in found(ONE, f"employees,k\n{rows}") if each.code == "REV521"]
    assert len(overlaps) == 11
    assert overlaps[0].message == "425 more pairs of rows of `t.csv` are true of the same records"


# --- rows that never decide --------------------------------------------------------------------------------------


def test_a_row_behind_a_general_one_never_decides() -> None:
    (row,) = found(FIRST, "country,employees,k\nDE,,x\nDE,1000..,y\n,,z\n")
    assert (row.code, row.message) == (
        "REV522",
        "row 3 of `t.csv` never decides: row 2 before it takes all that it is true of",
    )
    assert ("effect", "no record can be `y` of `k`") in row.notes


def test_a_row_that_several_rows_take_together_names_them() -> None:
    (row,) = found(FIRST, "employees,active,k\n..49,,a\n50..,yes,b\n50..,no,c\n20..80,,d\n")
    assert row.message == "row 5 of `t.csv` never decides: rows 2, 3 and 4 before it take all that it is true of"


def test_a_row_for_missing_values_behind_rows_that_test_them_never_decides() -> None:
    (row,) = found(FIRST, "country,employees,k\n,..9,tiny\nDE,,x\nnot DE,,y\nmissing,,z\n")
    assert row.message == "row 5 of `t.csv` never decides: where `country` is missing, row 3 before it cannot be told"
    assert row.help == ("move it up, before row 3: a row that cannot be told keeps those behind it from deciding",)
    assert told(FIRST, "country,employees,k\nmissing,,z\n,..9,tiny\nDE,,x\nnot DE,,y\n") == []
    (row,) = found(ONE, "country,k\nDE,x\nnot DE,y\nmissing,z\n")
    assert row.message == "row 4 of `t.csv` never decides: where `country` is missing, row 2 cannot be told"


def test_a_row_for_known_values_leaves_the_missing_ones_to_the_rest() -> None:
    assert told(FIRST, "country,k\nknown,x\n,y\n") == []
    assert told(ONE, "country,k\nknown,x\nmissing,y\n") == []


def test_a_row_that_repeats_others_is_spare() -> None:
    assert told(FIRST, 'country,k\n"DE, AT",x\nDE,x\n,y\n') == ["REV523 row 3 of `t.csv` says what row 2 says already"]
    (spare,) = found(COLLECT, "country,k\n,x\nDE,y\nDE,y\nFR,y\nFR,y\n")
    assert (spare.code, spare.severity) == ("REV523", "info")
    assert spare.message == "row 4 of `t.csv` says what row 3 says already, and 1 more row is as spare"
    assert told(ONE, "country,k\nDE,x\nDE,x\nnot DE,y\n") == ["REV523 row 3 of `t.csv` says what row 2 says already"]


def test_the_same_row_with_another_output_never_decides() -> None:
    (row,) = found(FIRST, "country,k\nDE,x\nDE,y\n,z\n")
    assert row.code == "REV522"


def test_a_row_that_leaves_no_value_is_true_of_no_record() -> None:
    (row,) = found(FIRST, 'tier,k\n"not bronze, silver, gold",x\n,y\n')
    assert (row.code, row.message) == ("REV526", "row 2 of `t.csv` is true of no record: its `tier` leaves no value")


def test_an_output_that_is_declared_and_no_row_gives_is_told() -> None:
    declaration = 'classify k of account, first match from "t.csv" { owner sales gives { x, y, z } }'
    assert told(declaration, "country,k\nDE,x\n,y\n") == ["REV524 no record can be `z` of `k`: no row of `t.csv` gives it"]


def test_more_rows_than_one_reads_are_told_in_one_finding() -> None:
    rows = "".join(f"DE,{n},k{n}\n" for n in range(1, 31))
    shadowed = [each for each in found(FIRST, f"country,employees,k\nDE,,all\n{rows},,rest\n") if each.code == "REV522"]
    assert len(shadowed) == 11
    assert any(each.message == "20 more rows of `t.csv` never decide" for each in shadowed)


# --- against the reference ---------------------------------------------------------------------------------------

COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[object, ...]]] = {
    "number": (("3", "2..5", "..4", "5..", "1, 4..6", "> 2", "not 3", "2..3, 7"), tuple(range(9))),
    "amount": (("< 1", "1..2", "> 1", "0, 3", ">= 1.5"), (0, "0.5", 1, "1.25", "1.5", 2, "2.5", 3)),
    "word": (("x", "x, y", "not x", "not y, z", "y"), ("x", "y", "z", "another")),
    "grade": (("low", "mid, high", ">= mid", "not mid", "not low, mid, high"), ("low", "mid", "high")),
    "flag": (("yes", "no", "not yes"), (True, False)),
}
ALWAYS_POSSIBLE = ("", "", "missing", "known", "{}, missing", "not missing, {}")
RANDOM = """
team sales "Sales"
entity thing key id {
  id      text
  number  integer 0..8
  amount  money 0..3
  word    text
  grade   ordered enum { low, mid, high }
  flag    boolean
}
score points of thing 0..9 { owner sales +3 when flag +2 when number > 4 +1 when word = "x" }
"""


def random_cell(chance: random.Random, column: str) -> str:
    cell = chance.choice(COLUMNS[column][0])
    if chance.random() < 0.35:
        other = chance.choice(ALWAYS_POSSIBLE)
        plain = not re.search("not|[<>=]", cell)
        return other.format(cell) if plain or "{}" not in other else cell
    return cell


def random_tables(columns: tuple[str, ...], seeds: range) -> Iterator[tuple[ir.Ruleset, table_boxes.TableBoxes]]:
    """Yield compiled tables with random cells, that have some of ``columns``."""
    for seed in seeds:
        chance = random.Random(seed)
        chosen = chance.sample(columns, min(len(columns), chance.randint(1, 3)))
        mode = chance.choice(("first match", "exactly one"))
        cells = [
            [random_cell(chance, column) if column in COLUMNS else chance.choice(POINTS) for column in chosen] for _ in range(8)
        ]
        rows = [",".join(f'"{cell}"' for cell in [*row, chance.choice("ab")]) for row in cells[: chance.randint(1, 8)]]
        csv = "\n".join([",".join([*chosen, "out"]), *rows, ""])
        compiled = compile_text(
            RANDOM + f'classify out of thing, {mode} from "t.csv" {{ owner sales }}', files={"t.csv": csv}, today=TODAY
        )
        assert compiled.ruleset is not None, (csv, [each.message for each in compiled.errors])
        (table,) = compiled.ruleset.tables
        definition = compiled.ruleset.definition(table.name)
        yield compiled.ruleset, table_boxes.table_boxes(compiled.ruleset, definition, table)


def records(columns: tuple[str, ...]) -> Iterator[dict[str, object]]:
    """Yield a record for each combination of values, missing ones included, that random cells can tell apart."""
    for values in itertools.product(*([None, *COLUMNS[column][1]] for column in columns)):
        yield {column: value for column, value in zip(columns, values, strict=True) if value is not None}


def states_of(
    ruleset: ir.Ruleset, asked: table_boxes.TableBoxes, columns: tuple[str, ...], regions: list[ir.Expr]
) -> list[tuple[object, ...]]:
    """Return for each record the states of all rows, then of the regions."""
    conditions = [*map(asked.row, range(len(asked.table.rows))), *regions]
    judge = Judge(ruleset, "thing", conditions)
    return [judge.values(record, NOON) for record in records(columns)]


def takes(asked: table_boxes.TableBoxes, row: int, record: dict[str, object], state: object) -> bool:
    """Return whether a row is true, or unknown for values of whose being missing no row speaks."""
    for at, (column, given) in enumerate(zip(asked.table.columns, asked.inputs, strict=True)):
        assert isinstance(given, ir.Field)
        spoken_of = any(cell.when_missing and cell != ir.ANY_CELL for cell in column.cells)
        if given.name not in record and spoken_of and asked.table.cell(asked.table.rows[row], at).when_missing is None:
            return False
    return state is not False


def test_random_tables_are_found_to_be_what_the_reference_says_of_every_record() -> None:
    for ruleset, asked in random_tables(tuple(COLUMNS), range(150)):
        gaps = table_boxes.gaps(asked, 1_000_000, 1_000)
        assert isinstance(gaps, boxes.Gaps)
        columns = tuple(given.name for given in asked.inputs if isinstance(given, ir.Field))
        count = len(asked.table.rows)
        states = states_of(ruleset, asked, columns, [asked.condition(region) for region in gaps.regions])
        for record, each in zip(records(columns), states, strict=True):
            taken = any(takes(asked, row, record, each[row]) for row in range(count))
            assert not (taken and True in each[count:])
            if all(axis.missing or column in record for axis, column in zip(asked.axes, columns, strict=True)):
                assert taken or True in each[count:]
        both = {pair for each in states for pair in itertools.combinations([at for at in range(count) if each[at] is True], 2)}
        overlaps, pairs = table_boxes.overlaps(asked, frozenset())
        assert sorted(pairs) == sorted(both)
        assert overlaps == len(both)
        first = asked.table.mode is ir.ChooseMode.FIRST_MATCH
        deciding = {
            at
            for each in states
            for at in range(count)
            if each[at] is True
            and not any(other is not False for other in (each[:at] if first else (*each[:at], *each[at + 1 : count])))
        }
        idle, undecided = table_boxes.idle(asked, 1_000_000)
        assert undecided == ()
        assert {*(each.row for each in idle), *table_boxes.never_true(asked)} == {*range(count)} - deciding


POINTS = ("3", "2..5", "..4", "5..", "missing", "known", "", "0, missing", "not missing, 3")


def test_what_is_found_of_a_table_over_a_score_is_so_of_every_record() -> None:
    """A score is a range while something is unknown: what is claimed must hold then, too."""
    columns = ("flag", "number", "word")
    for ruleset, asked in random_tables(("points", "flag"), range(120)):
        gaps = table_boxes.gaps(asked, 1_000_000, 1_000)
        assert isinstance(gaps, boxes.Gaps)
        count = len(asked.table.rows)
        states = states_of(ruleset, asked, columns, [asked.condition(region) for region in gaps.regions])
        assert not any(True in each[:count] for each in states if True in each[count:])
        idle, _ = table_boxes.idle(asked, 1_000_000)
        first = asked.table.mode is ir.ChooseMode.FIRST_MATCH
        for row in [*(each.row for each in idle), *table_boxes.never_true(asked)]:
            for each in states:
                others = each[:row] if first else (*each[:row], *each[row + 1 : count])
                assert not (each[row] is True and all(other is False for other in others))


# --- parts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", [Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY, Scalar.DATE, Scalar.DATETIME, Scalar.DURATION])
def test_places_on_a_line_are_the_values_in_their_order(type_: Scalar) -> None:
    chance = random.Random(1)
    first, last = ends(type_)
    places = sorted(
        {first, last, *(chance.randint(first, last) for _ in range(200)), *(at for at in range(-3, 4) if at >= first)}
    )
    values = [value_at(at, type_) for at in places]
    assert [place(value, type_) for value in values] == places
    assert all(one < other for one, other in itertools.pairwise(values))  # type: ignore[operator]  # of one ordered type


def test_both_zeros_are_one_number() -> None:
    assert place(-0.0, Scalar.NUMBER) == place(0.0, Scalar.NUMBER)
    assert str(value_at(0, Scalar.NUMBER)) == "0.0"


@pytest.mark.parametrize("code", [f"REV52{digit}" for digit in range(7)])
def test_the_example_of_a_page_is_told_as_the_page_says(code: str) -> None:
    found_page = page(code)
    assert found_page is not None
    block = re.findall(r"^```text\n(.*?)^```$", found_page.text, re.DOTALL | re.MULTILINE)[0]
    csv, declaration, said = block.strip().split("\n\n")
    name, _, rows = csv.partition("\n")
    assert re.sub(r"^\w+\[(\w+)\] [\w-]+:", r"\1", said) in told(declaration, rows + "\n", name)
