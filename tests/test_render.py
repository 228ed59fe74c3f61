"""Diagnostics in every layout: the exact text for people, the shape of the others."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

import revrules.render
from revrules.diagnostics import Diagnostic, Edit, Label, Problem, Severity
from revrules.render import Style, render
from revrules.render.cells import one_line, shown, width
from revrules.source import Source, Span

GOLDEN = Path(__file__).parent / "golden" / "render"
NO_WAY_IN = Problem("REV998", "no-way-in", Severity.WARNING, "a stage that no record can ever be in")
UNKNOWN = Problem("REV999", "unknown-thing", Severity.ERROR, "a thing that is not declared")
UNUSED = Problem("REV997", "unused-thing", Severity.INFO, "a thing that nothing uses")

RULES = Source(
    "rules.rev",
    "classify segment of account, exactly one {\n"
    "  enterprise when employees >= 1000\n"
    "}\n"
    "stage enterprise_trial {\n"
    "\towner\tsales  # 顧客 first\n"
    "  note e\u0301 é \x1b[31m red \u202e\n"
    "}\n" + "x" * 300 + " middle " + "y" * 300 + " end\n",
)
TEAMS = Source("teams.rev", "team sales\n")
SOURCES = {"rules.rev": RULES, "teams.rev": TEAMS}


def at(words: str, source: Source = RULES) -> Span:
    start = source.text.index(words)
    return Span(source.path, start, start + len(words))


CASES = {
    "reasons": Diagnostic(
        NO_WAY_IN,
        "no record can ever be in stage `enterprise_trial`",
        at("enterprise_trial"),
        "needs segment = enterprise and employees < 500",
        related=(Label(at("segment"), "`enterprise` means employees >= 1000"),),
        notes=(("clash", "`big` (line 92) with `trial_size` (line 93)"), ("ask", "sales owns the stage")),
        help=("drop one of the two criteria",),
        witness=(("employees", "5"), ("domain", '"pay.example"')),
    ),
    "two-files": Diagnostic(
        UNKNOWN, "the team is declared twice", at("sales"), "again here", related=(Label(at("sales", TEAMS), "first here"),)
    ),
    "same-line": Diagnostic(
        UNKNOWN,
        "wide letters and tabs",
        at("顧客"),
        "wide",
        related=(Label(at("owner"), "left"), Label(at("first"), "right")),
    ),
    "hostile": Diagnostic(UNKNOWN, "an escape \x1b[31m and\na new line", at("red"), "coloured \x07"),
    "long-line": Diagnostic(UNKNOWN, "far apart", at("middle"), "here", related=(Label(at("end\n"), "and there"),)),
    "several-lines": Diagnostic(UNKNOWN, "a whole block", Span("rules.rev", 0, at("}\nstage").start + 1), "the block"),
    "end-of-file": Diagnostic(UNKNOWN, "the file ends too early", Span("rules.rev", len(RULES.text), len(RULES.text)), "here"),
    "no-text": Diagnostic(UNKNOWN, "`lists/x.txt` does not exist", Span("lists/x.txt", 0, 0), "named here"),
    "no-place": Diagnostic(UNUSED, "nothing is declared", help=("write\nsomething",)),
}


@pytest.mark.parametrize("name", CASES)
def test_the_full_layout_is_as_it_was_agreed(name: str) -> None:
    expected = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert render([CASES[name]], SOURCES, style="full", color=False) == expected


def test_colours_change_no_letter_of_the_full_layout() -> None:
    plain = render(CASES.values(), SOURCES, style="full", color=False)
    coloured = render(CASES.values(), SOURCES, style="full", color=True)
    assert coloured != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_every_colour_is_ended_on_its_line() -> None:
    for line in render(CASES.values(), SOURCES, style="full", color=True).splitlines():
        assert len(re.findall(r"\x1b\[(?!0m)[0-9;]*m", line)) == line.count("\x1b[0m")


def test_nothing_that_steers_a_terminal_reaches_it() -> None:
    for style in (Style.FULL, Style.CONCISE):
        text = render(CASES.values(), SOURCES, style=style, color=False)
        assert all(c == "\n" or (c.isprintable() and c not in "\u202e") for c in text if c not in "\u0301")


def test_carets_stand_below_the_words_that_are_meant() -> None:
    diagnostic = Diagnostic(UNKNOWN, "x", at("first"), "")
    line, carets = render([diagnostic], SOURCES, style="full", color=False).splitlines()[-2:]
    assert width(line[: line.index("first")]) == carets.index("^")
    assert carets.count("^") == len("first")


def test_no_diagnostics_are_no_text() -> None:
    assert render([], SOURCES, style="full", color=True) == ""
    assert render([], SOURCES, style="concise", color=True) == ""
    assert render([], SOURCES, style="github", color=True) == ""


@pytest.mark.parametrize("offsets", [(0, 0), (5, 3), (500, 500), (120, 121), (0, 10**6), (10**6, 10**6), (-5, 2)])
@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("text", ["", "\n", "\n\n", "a", "a\nb\n", "\t\n顧", "x" * 500, "顧" * 500 + "\n"])
def test_a_place_outside_the_text_is_still_shown(style: Style, offsets: tuple[int, int], text: str) -> None:
    diagnostic = Diagnostic(UNKNOWN, "somewhere", Span("a.rev", *offsets), "here", related=(Label(Span("a.rev", 0, 1), "t"),))
    assert "somewhere" in render([diagnostic], {"a.rev": Source("a.rev", text)}, style=style, color=False)


def test_concise_is_one_line_each_with_path_line_and_column() -> None:
    lines = render(CASES.values(), SOURCES, style="concise", color=False).splitlines()
    assert len(lines) == len(CASES)
    assert lines[0] == "rules.rev:4:7: warning[REV998] no record can ever be in stage `enterprise_trial`"
    assert lines[-1] == "info[REV997] nothing is declared"


def test_json_keeps_to_its_published_schema() -> None:
    schema = json.loads((Path(revrules.render.__file__).parent / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    edited = Diagnostic(UNKNOWN, "m", at("owner"), edits=(Edit(at("owner"), "owners"),), subjects=("account.x",))
    report = json.loads(render([*CASES.values(), edited], SOURCES, style="json", color=True))
    jsonschema.Draft202012Validator(schema).validate(report)
    assert report["summary"] == {"error": 8, "warning": 1, "info": 1}
    assert report["diagnostics"][0]["place"] == {
        "path": "rules.rev",
        "start": {"line": 4, "column": 7, "offset": RULES.text.index("enterprise_trial")},
        "end": {"line": 4, "column": 23, "offset": RULES.text.index("enterprise_trial") + 16},
    }
    assert report["diagnostics"][-1]["edits"][0]["replacement"] == "owners"


def test_every_part_of_a_diagnostic_is_in_the_schema() -> None:
    schema = json.loads((Path(revrules.render.__file__).parent / "report.schema.json").read_text(encoding="utf-8"))
    report = json.loads(render([CASES["reasons"]], SOURCES, style="json", color=False))
    assert set(report["diagnostics"][0]) == set(schema["$defs"]["diagnostic"]["required"])
    assert set(schema["$defs"]["diagnostic"]["properties"]) == set(schema["$defs"]["diagnostic"]["required"])


def test_github_annotations_escape_what_would_end_them() -> None:
    diagnostic = Diagnostic(UNKNOWN, "100% of `a, b`: x", at("owner"), notes=(("ask", "sales"),))
    odd = Diagnostic(UNUSED, "odd path", Span("a,b:c.rev", 0, 0))
    assert render([diagnostic, odd], SOURCES, style="github", color=False).splitlines() == [
        "::error file=rules.rev,line=5,endLine=5,col=2,endColumn=7,title=REV999 unknown-thing::100%25 of `a, b`: x%0Aask: sales",
        "::notice file=a%2Cb%3Ac.rev,title=REV997 unused-thing::odd path",
    ]


def test_sarif_names_each_kind_once_and_every_result_by_its_index() -> None:
    log = json.loads(render(CASES.values(), SOURCES, style="sarif", color=False))
    jsonschema.Draft202012Validator(SARIF).validate(log)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["REV998", "REV999", "REV997"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert [result["level"] for result in run["results"]].count("error") == 7


def test_sarif_regions_end_after_the_last_character() -> None:
    log = json.loads(render([CASES["reasons"]], SOURCES, style="sarif", color=False))
    region = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 4, "startColumn": 7, "endLine": 4, "endColumn": 23}


def test_a_fingerprint_survives_a_move_and_tells_twins_apart() -> None:
    def prints(text: str) -> list[str]:
        source = Source("a.rev", text)
        found = [Diagnostic(UNKNOWN, "m", Span("a.rev", hit.start(), hit.end())) for hit in re.finditer("word", text)]
        log = json.loads(render(found, {"a.rev": source}, style="sarif", color=False))
        return [result["partialFingerprints"]["revrules/v1"] for result in log["runs"][0]["results"]]

    first = prints("word word\n")
    assert first == prints("\n\n# a comment\nword\nword\n")
    assert len(set(first)) == 2


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü.rev", "a%20b/%C3%BC.rev"),
        ("./a.rev", "a.rev"),
        ("/x/a.rev", "file:///x/a.rev"),
        ("C:\\x\\a.rev", "file:///C:/x/a.rev"),
        ("a\\b.rev", "a/b.rev"),
    ],
)
def test_sarif_paths_are_uris(path: str, uri: str) -> None:
    log = json.loads(render([Diagnostic(UNKNOWN, "m", Span(path, 0, 0))], {}, style="sarif", color=False))
    assert log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_widths_are_those_of_a_terminal() -> None:
    assert (width("顧客"), width("e\u0301"), width("é"), width("\u200b"), width("abc")) == (4, 1, 1, 0, 3)
    assert shown("a\tb\x00\u202e") == "a    b\ufffd\ufffd"
    assert one_line("a\nb\x1b") == "a\\nb\\x1b"
    assert one_line("Größe 顧客\u00a0x") == "Größe 顧客\u00a0x"


SARIF = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "rules"],
                                "properties": {"rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}}},
                            }
                        },
                    },
                    "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                },
            },
        },
    },
    "$defs": {
        "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "rule": {
            "type": "object",
            "required": ["id", "shortDescription"],
            "properties": {
                "id": {"type": "string"},
                "shortDescription": {"$ref": "#/$defs/message"},
                "defaultConfiguration": {"type": "object", "properties": {"level": {"$ref": "#/$defs/level"}}},
            },
        },
        "location": {
            "type": "object",
            "required": ["physicalLocation"],
            "properties": {
                "id": {"type": "integer", "minimum": 0},
                "message": {"$ref": "#/$defs/message"},
                "physicalLocation": {
                    "type": "object",
                    "required": ["artifactLocation"],
                    "properties": {
                        "artifactLocation": {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string"}}},
                        "region": {
                            "type": "object",
                            "required": ["startLine"],
                            "additionalProperties": {"type": "integer", "minimum": 1},
                        },
                    },
                },
            },
        },
        "result": {
            "type": "object",
            "required": ["message", "ruleId", "ruleIndex", "level", "partialFingerprints"],
            "properties": {
                "message": {"$ref": "#/$defs/message"},
                "level": {"$ref": "#/$defs/level"},
                "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}},
                "relatedLocations": {"type": "array", "items": {"$ref": "#/$defs/location"}},
                "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        },
    },
}
"""The parts of the SARIF 2.1.0 schema that a log of ours uses."""
