"""A report tells what the run found, every record of it, and nothing in the data can become part of the page."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from base64 import b64encode
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from place import DEALS, RULES
from report_pages import Page, report_of

from revrules.report import Kind, Subject, page
from revrules.report.values import ISSUES, SAMPLES
from revrules.report.words import LOOKS
from revrules.resources import resource
from revrules.ruleset import load, loads

if TYPE_CHECKING:
    from place import Outcome, Place

HOSTILE = "<script>alert(1)</script>"
HOSTILE_ATTRIBUTE = "\"><img src=x onerror='alert(1)'>"


def reported(place: Place, *words: str) -> tuple[Outcome, Page]:
    """Evaluate the deals with a report: what the command did, and the page."""
    found = place.evaluate("-o", "placed.csv", "--report", "report.html", *words)
    return found, Page(place.read("report.html"))


def number(text: str) -> int:
    """Return the number at the start of a cell, 0 for an empty one."""
    found = re.match(r"[\d,]+", text)
    return int(found[0].replace(",", "")) if found else 0


def funnel(shown: Page) -> dict[str, int]:
    """Return the records by stage as the table beside the picture has them."""
    return {row[0].split(" (")[0]: number(row[1]) for row in shown.rows["funnel"][1:]}


def matrix(shown: Page) -> list[list[int]]:
    """Return the numbers of the matrix, sums included; a cell of two verdicts as their sum."""
    body = [row for row in shown.rows["matrix"] if row and row[0] not in ("", "The CRM says")]
    return [[sum(int(n.replace(",", "")) for n in re.findall(r"[\d,]+", cell)) for cell in row[1:]] for row in body]


# --- what it tells ---------------------------------------------------------------------------------------------------


def test_the_head_says_what_was_read_as_of_when_and_what_became_of_it(place: Place) -> None:
    place.write("rules.rev", 'ruleset r { title "Deals of Acme"  timezone "Europe/Berlin" }\n' + RULES)
    _, shown = reported(place)
    head = shown.text("")
    for told in (
        "Deals of Acme",
        "deals.csv",
        "2026-11-21 00:00 Europe/Berlin",
        "4 read = 4 placed + 0 rejected",
        "meetings.csv",
    ):
        assert told in head, told


def test_rows_that_cannot_be_read_are_counted_and_listed(place: Place) -> None:
    place.write("deals.csv", DEALS + "D-9,too,many,cells,in,this,row,of,it\n")
    found, shown = reported(place)
    assert found.code == 1
    assert "5 read = 4 placed + 1 rejected" in shown.text("")
    assert any("row rejected" in cell for row in shown.rows["data"] for cell in row)


def test_a_limit_is_told(place: Place) -> None:
    _, shown = reported(place, "--limit", "2")
    assert "the first 2 rows only" in shown.text("")


def test_the_counts_of_stages_and_of_the_matrix_add_up_to_the_records_placed(place: Place) -> None:
    _, shown = reported(place)
    with (place.folder / "placed.csv").open(encoding="utf-8", newline="") as file:
        stages = Counter(row["stage"] for row in csv.DictReader(file))
    assert {name: count for name, count in funnel(shown).items() if count} == {
        "Open": stages["open"],
        "Closed Won": stages["won"],
        "Closed Lost": stages["lost"],
    }
    cells = matrix(shown)
    assert cells[-1][-1] == 4
    assert [sum(row[:-1]) for row in cells] == [row[-1] for row in cells]
    assert [sum(column) for column in zip(*cells[:-1], strict=True)] == cells[-1]


def test_every_cell_of_the_matrix_leads_to_records_with_reasons(place: Place) -> None:
    _, shown = reported(place)
    cells = [target for target in shown.links if target.startswith("#cell-")]
    assert len(cells) == sum(1 for row in matrix(shown)[:-1] for count in row[:-1] if count)
    assert "D-2" in shown.text("records")
    assert "worth cannot be judged: amount is missing" in shown.text("records")


def test_every_link_leads_somewhere_on_the_page(place: Place) -> None:
    _, shown = reported(place)
    assert {target[1:] for target in shown.links} <= set(shown.ids)
    assert all(target.startswith("#") for target in shown.links)
    named = [str(given[name]) for _, given in shown.tags for name in ("aria-labelledby", "aria-describedby") if name in given]
    assert {one for ids in named for one in ids.split()} <= set(shown.ids)


def test_blockers_are_told_with_their_stage_owner_and_what_they_ask(place: Place) -> None:
    place.write("rules.rev", RULES.replace("worth: amount > 0 ", "## What it is worth.\n worth: amount > 0\n"))
    _, shown = reported(place)
    rows = {row[0].split()[0]: row for row in shown.rows["blockers"][1:]}
    assert rows["worth"][0] == "worth amount > 0 What it is worth."
    assert rows["worth"][1:] == ["1", "Closed Won", "Sales", "0", "1"]
    assert "reason" not in rows, "nobody waits to be lost"


def test_missing_fields_stand_below_the_team_that_owns_them_with_their_system(place: Place) -> None:
    rules = RULES.replace('"Amount" missing', '"Amount" from crm owner finance missing').replace(
        "entity deal", 'system crm "The CRM"\nentity deal', 1
    )
    place.write("rules.rev", rules)
    _, shown = reported(place)
    rows = shown.rows["missing"]
    at = next(place for place, row in enumerate(rows) if row == ["Finance"])
    assert rows[at + 1][:4] == ["amount Amount", "1", "0", "The CRM"]
    assert "D-2" in rows[at + 1][4]


def test_broken_rules_are_told_with_level_owner_message_and_a_record(place: Place) -> None:
    place.write("deals.csv", DEALS.replace("1200.50", "12"))
    _, shown = reported(place)
    assert shown.rows["rules"][1] == ["worth A won deal is worth something", "1", "warn", "Finance", "D-1"]


def test_a_broken_assertion_is_a_matter_of_those_who_own_its_stage(place: Place) -> None:
    place.write("rules.rev", RULES + '\nassert every `open` of deals has amount > 100 because "small ones are for partners"\n')
    _, shown = reported(place)
    row = next(row for row in shown.rows["rules"] if "assert" in row)
    assert row[1:4] == ["1", "assert", "Sales"]
    assert "small ones are for partners" in row[0]


def test_overdue_records_are_told_by_stage(place: Place) -> None:
    rules = RULES.replace('"Open" { entry owner sales', '"Open" { entry owner sales stamped by closed_on leave within 5 days')
    place.write("rules.rev", rules)
    _, shown = reported(place)
    assert shown.rows["overdue"][1] == ["Open", "1", "100%", "Sales", "within 5 days", "D-2"]


def test_faults_of_the_data_are_listed_with_line_column_value_and_reason(place: Place) -> None:
    _, shown = reported(place)
    row = next(row for row in shown.rows["data"] if "31.12.2026" in row)
    assert row[:4] == ["line 6 deals.csv", "Close Date", "31.12.2026", "not a date"]
    assert row[4].endswith("REV712")


def test_only_the_first_faults_are_listed_and_all_are_counted(place: Place) -> None:
    rows = "".join(f"D-{n},Open,many,,,,,\n" for n in range(200))
    place.write("deals.csv", DEALS.splitlines()[0] + "\n" + rows)
    _, shown = reported(place)
    assert f"The first {ISSUES} of 201 rows and cells" in shown.text("data")
    assert sum(len(row) == 5 for row in shown.rows["data"][1:]) == ISSUES + 1, "and the headings"


def test_warnings_of_the_run_are_told(place: Place) -> None:
    place.run("evaluate", "rules.rev", "deals.csv", "-o", "placed.csv", "--report", "report.html")
    shown = Page(place.read("report.html"))
    assert "no table was given for meetings" in shown.text("notes")
    assert "code" in shown.names()


def test_text_of_warnings_stays_text(place: Place) -> None:
    place.write("rules.rev", RULES.replace('text as "Loss Reason"', f'text as "{HOSTILE}"'))
    _, shown = reported(place)
    assert "script" not in shown.names()
    assert HOSTILE in shown.text("notes")


def test_long_keys_are_named_as_far_as_there_is_room(place: Place) -> None:
    rows = "".join(f"{n}{'0' * 60},Open,,many,,,,\n" for n in range(9))
    place.write("deals.csv", DEALS.splitlines()[0] + "\n" + rows)
    _, shown = reported(place)
    odd = next(row for row in shown.rows["data"] if row[0].startswith("closed_on"))
    assert odd[3] == f"0{'0' * 60} …"


def test_a_handful_of_records_is_shown_of_each_cell_the_first_of_the_file(place: Place) -> None:
    rows = "".join(f"D-{n},Open,1,,,,,\n" for n in range(50))
    place.write("deals.csv", DEALS.splitlines()[0] + "\n" + rows)
    _, shown = reported(place)
    assert re.findall(r"D-\d+", shown.text("records").split("Deal D-")[0]) == ["D-0"]
    samples = [given for tag, given in shown.tags if tag == "details" and given.get("class") == "sample"]
    assert len(samples) == SAMPLES


def test_records_that_are_nowhere_stand_apart_and_are_counted(place: Place) -> None:
    place.write(
        "rules.rev", RULES.replace('"Open" { entry owner sales', '"Open" { entry owner sales requires { big: amount > 1000 }')
    )
    _, shown = reported(place)
    assert funnel(shown)["In no stage"] == 3
    assert sum(funnel(shown).values()) == 4


# --- in any shape ------------------------------------------------------------------------------------------------------


def test_without_a_tracked_stage_there_is_no_matrix_and_every_record_counts(place: Place) -> None:
    place.write("rules.rev", RULES.replace("  tracks stage\n", ""))
    found, shown = reported(place)
    assert found.code == 1, "one date is none"
    assert "matrix" not in shown.rows
    assert sum(funnel(shown).values()) == 4
    assert "CRM" not in shown.text("records")


def test_headings_without_rows_give_a_page(place: Place) -> None:
    place.write("deals.csv", DEALS.splitlines()[0] + "\n")
    place.write("companies.csv", "company_id,name,employees\n")
    found, shown = reported(place)
    assert found.code == 0
    assert "headings only" in shown.text("glance")
    assert sum(funnel(shown).values()) == 0
    assert len(funnel(shown)) == 3


def test_a_hundred_stages_of_twenty_teams_are_all_shown(place: Place) -> None:
    teams = "".join(f'team t{n} "Team {n}"\n' for n in range(20))
    head = "entity thing key id { id text required  n integer  stage text }\nlifecycle l of thing { tracks stage\n"
    stages = "".join(
        f'stage s{n} "Stage {n} {"of a long name " * 9}" {{ {way} owner t{n % 20} requires {{ c{n}: n >= {n} }} }}\n'
        for n, way in ((n, f"from s{n - 1}" if n else "entry") for n in range(100))
    )
    rows = "".join(f"{n},{n % 110},s{n * 7 % 100}\n" for n in range(500))
    data = place.write("things.csv", "id,n,stage\n" + rows)
    shown = Page(page(report_of(loads(f"{teams}{head}{stages}}}"), str(data))))
    assert len(funnel(shown)) == 100
    assert sum(funnel(shown).values()) == 500
    assert matrix(shown)[-1][-1] == 500
    picture = shown.source[shown.source.index('<svg class="funnel"') : shown.source.index('<ul class="legend"')]
    assert picture.count('class="stage-name"') == 100


def test_stages_that_lack_a_label_a_title_or_an_owner_are_named_all_the_same(place: Place) -> None:
    data = place.write("things.csv", "id,n\na,1\n")
    rules = loads(
        "entity thing key id { id text required  n integer }\nlifecycle l of thing { stage only { entry requires { x: n > 0 } } }"
    )
    shown = Page(page(report_of(rules, str(data))))
    assert funnel(shown) == {"only": 1}
    assert "no owner named" in shown.text("funnel")


def test_records_without_keys_are_named_by_their_line(place: Place) -> None:
    data = place.write("things.csv", "n\n5\nx\n")
    rules = loads("entity thing { n integer }\nlifecycle l of thing { stage only { entry requires { x: n > 0 } } }")
    report = report_of(rules, str(data))
    assert report.names[Subject(Kind.MISSING, "n")] == ("line 3",)
    assert "line 3" in Page(page(report)).text("missing")


def test_json_and_parquet_count_records_instead_of_lines(place: Place) -> None:
    data = place.write("things.jsonl", '{"n": 5}\n{"n": "x"}\n')
    rules = loads("entity thing { n integer }\nlifecycle l of thing { stage only { entry requires { x: n > 0 } } }")
    report = report_of(rules, str(data))
    assert report.unit in Page(page(report)).text("records")


# --- the same, and safe -----------------------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes(place: Place) -> None:
    reported(place)
    first = place.read("report.html")
    reported(place)
    assert place.read("report.html") == first


def test_a_report_changes_nothing_about_the_output(place: Place) -> None:
    place.evaluate("-o", "alone.csv")
    found, _ = reported(place)
    assert found.code == 1
    assert place.read("placed.csv") == place.read("alone.csv")
    assert place.read("placed.csv.rejects.csv") == place.read("alone.csv.rejects.csv")


def test_without_as_of_every_record_and_the_page_have_one_instant(place: Place) -> None:
    place.run("evaluate", "rules.rev", "deals.csv", "--report", "report.html", "--no-summary")
    year = str(datetime.now(UTC).year)
    assert re.search(rf"As of{year}-\d\d-\d\d \d\d:\d\d UTC", Page(place.read("report.html")).text("").replace("As of ", "As of"))


@pytest.mark.parametrize("text", [HOSTILE, HOSTILE_ATTRIBUTE, "</title></style></svg>", "{{ 7 * 7 }}", "&lt;b&gt;"])
def test_text_of_the_data_stays_text(place: Place, text: str) -> None:
    stream = io.StringIO()
    csv.writer(stream).writerow([text, "Closed Won", text, text, text, text, "", ""])
    place.write("deals.csv", DEALS.splitlines()[0] + "\n" + stream.getvalue())
    _, clean = reported(place)
    assert clean.names().isdisjoint({"script", "img", "iframe", "object", "b"})
    assert " ".join(text.split()) in clean.all_text()
    assert not [name for _, given in clean.tags for name in given if name.startswith("on")]


def test_text_of_the_ruleset_stays_text(place: Place) -> None:
    quoted = HOSTILE.replace('"', "'")
    rules = RULES.replace('"Sales"', f'"{quoted}"').replace('"Closed Won" {', f'"{quoted}" | "Closed Won" {{')
    place.write("rules.rev", f'ruleset r {{ title "{quoted}" }}\n' + rules.replace("A won deal is worth something", quoted))
    place.write("deals.csv", DEALS.replace("1200.50", "12"))
    _, shown = reported(place)
    assert "script" not in shown.names()
    for section in ("", "funnel", "matrix", "rules", "records"):
        assert HOSTILE in shown.text(section), section


def test_names_of_files_stay_text(place: Place) -> None:
    place.write("<b>.csv", DEALS)
    place.run("evaluate", "rules.rev", "<b>.csv", "-o", "placed.csv", "--report", "report.html")
    shown = Page(place.read("report.html"))
    assert "b" not in shown.names()
    assert "<b>.csv" in shown.text("")


def test_what_could_harm_a_terminal_or_turn_a_line_around_is_replaced(place: Place) -> None:
    place.write("deals.csv", DEALS.replace("D-3", "D\x1b[31m\u202e3"))
    reported(place)
    text = place.read("report.html")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "D\ufffd[31m\ufffd3" in text


def test_the_page_needs_nothing_from_elsewhere_and_forbids_scripts(place: Place) -> None:
    _, shown = reported(place)
    text = shown.source
    assert "://" not in text
    assert "url(" not in text.replace("url(#hatch", "")
    assert "@import" not in text
    assert "script" not in shown.names()
    assert not [given for _, given in shown.tags if "style" in given], "no inline styles: the policy names one style sheet"
    policy = next(str(given["content"]) for tag, given in shown.tags if given.get("http-equiv") == "Content-Security-Policy")
    style = text[text.index("<style>") + len("<style>") : text.index("</style>")]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


def test_the_page_is_made_for_everybody(place: Place) -> None:
    _, shown = reported(place)
    given = dict(shown.tags)
    assert given["html"]["lang"] == "en"
    assert {"header", "nav", "main", "footer", "h1"} <= shown.names()
    levels = [int(tag[1]) for tag, _ in shown.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), "no level is skipped"
    tables = shown.source.count("<table")
    assert tables == shown.source.count("<caption") > 5
    assert all(attributes.get("scope") for tag, attributes in shown.tags if tag == "th")
    pictures = [attributes for tag, attributes in shown.tags if tag == "svg"]
    assert all(
        a.get("aria-hidden") == "true" or (a.get("role") == "img" and (a.keys() & {"aria-label", "aria-labelledby"}))
        for a in pictures
    )
    for rule in ("@media print", "prefers-color-scheme: dark", "prefers-reduced-motion"):
        assert rule in shown.source


# --- for every eye ---------------------------------------------------------------------------------------------------


def themes(style: str) -> dict[str, dict[str, str]]:
    """Return the colours of the light, the dark and the printed page."""
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    assert len(blocks) == 3
    light, dark, printed = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", block)) for block in blocks)
    return {"light": light, "dark": dark, "print": light | printed}


def contrast(one: str, two: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""

    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_every_text_and_every_bar_can_be_told_from_what_is_behind_it(place: Place, theme: str) -> None:
    reported(place)
    colors = themes(place.read("report.html"))[theme]
    texts = [("ink", "paper"), ("ink", "card"), ("ink", "soft"), ("ink", "lane"), ("accent", "card"), ("accent", "paper")]
    texts += [("top-ink", "top"), ("top-quiet", "top")]
    texts += [("quiet", behind) for behind in ("paper", "card", "soft", "lane", "lane-odd")]
    texts += [(f"{verdict}-ink", f"{verdict}-bg") for verdict in LOOKS]
    for text, behind in texts:
        assert contrast(colors[text], colors[behind]) >= 4.5, (text, behind)
    for verdict in LOOKS:
        assert contrast(colors[verdict], colors["card"]) >= 3, verdict


# --- where it is written ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("deals.csv", "deals.csv"),
        ("meetings.csv", "meetings.csv"),
        ("rules.rev", "ruleset"),
        ("placed.csv", "a file of its own"),
        ("-", "--report FILE"),
        ("nowhere/report.html", "nowhere"),
    ],
)
def test_a_report_never_takes_the_place_of_something_that_is_needed(place: Place, path: str, told: str) -> None:
    before = {name: (place.folder / name).read_bytes() for name in place.names()}
    found = place.evaluate("-o", "placed.csv", "--report", path)
    assert found.code == 2
    assert told in found.err
    assert {name: (place.folder / name).read_bytes() for name in place.names()} == before


def test_a_run_that_fails_leaves_the_report_of_before(place: Place) -> None:
    place.write("report.html", "the one of before")
    found = place.evaluate("-o", "placed.csv", "--report", "report.html", "--lifecycle", "nothing")
    assert found.code == 2
    assert place.read("report.html") == "the one of before"
    assert place.unfinished() == []


def test_the_collector_keeps_few_records_of_many(place: Place) -> None:
    rows = "".join(f"{n},{n % 3}\n" for n in range(3000))
    data = place.write("things.csv", "id,n\n" + rows)
    rules = "entity thing key id { id text required  n integer }\nrule r of thing, warn { when id is known  require n > 5 }\n"
    rules += "lifecycle l of thing { stage a { entry requires { x: n > 0 } }  stage b { from a requires { y: n > 1 } } }"
    report = report_of(loads(rules), str(data))
    assert sum(report.cells.values()) == 3000
    assert sorted(map(len, report.samples.values())) == [SAMPLES] * 3
    assert [sample.line for cell, samples in report.samples.items() if cell.stage is None for sample in samples] == [
        2,
        5,
        8,
        11,
        14,
    ]
    assert report.names[Subject(Kind.RULE, "r")] == ("0", "1", "2", "3", "4")


def test_every_standard_ruleset_gives_a_page_for_an_empty_export(place: Place) -> None:
    for name in ("b2b_saas", "salesforce_opportunity", "hubspot_lifecycle"):
        rules = load(resource("rulesets", name))
        for lifecycle in rules.ir.lifecycles:
            entity = rules.outline.entity(lifecycle.entity)
            headings = ",".join(f'"{field.columns[0]}"' for field in entity.fields)
            data = place.write("export.csv", headings + "\n" + '"1"' + "," * (len(entity.fields) - 1) + "\n")
            shown = Page(page(report_of(rules, str(data), lifecycle.name)))
            assert len(funnel(shown)) >= len(lifecycle.stages)
