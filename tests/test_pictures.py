"""Pictures of lifecycles: what they show, that nothing in a name can break out of them, that boxes and lines do not collide."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revrules.compiler import compile_text
from revrules.pictures import Style, draw
from revrules.pictures.layout import BOX_HEIGHT, BOX_WIDTH, Layout, layout
from revrules.pictures.plan import Plan, plan

GOLDEN = Path(__file__).parent / "golden" / "pictures"
DEFINITION = Path(__file__).parent.parent / "grammar" / "language.md"
SUFFIX = {Style.MERMAID: "mmd", Style.DOT: "dot", Style.SVG: "svg"}
SVG = "{http://www.w3.org/2000/svg}"
REGENERATE = "REVRULES_REGENERATE"

AWKWARD = (
    "</title><script>alert(1)</script>",
    "a\\\"]; click s0 \\\"javascript:alert(1)\\\" %%{init: {}}%% ```",
    "\\\\N \\\\\\\" } digraph evil { x -> y",
    "日本語のとても長いステージ名前です",
    "&lt; &amp; #quot; \\n end subgraph x",
    "\\u{202E}rtl\\u{0}\\u{1B}[31m\\u{FFFF}",
    "W" * 500,
    "   ",
    "1. First",
)  # fmt: skip
"""Texts as a ruleset spells them between quotes."""


def sources() -> dict[str, str]:
    """Return the rulesets that are drawn: the language definition's own, and those beside the golden files."""
    sample, *_ = re.findall(r"^```rev\n(.*?)^```$", DEFINITION.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return {"language": sample} | {path.stem: path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.rev"))}


SOURCES = sources()


def drawn(text: str, style: Style) -> str:
    compiled = compile_text(text)
    assert compiled.ruleset is not None, [d.message for d in compiled.diagnostics]
    return draw(compiled.ruleset, compiled.ruleset.lifecycles[0], style)


def plan_of(text: str) -> Plan:
    compiled = compile_text(text)
    assert compiled.ruleset is not None, [d.message for d in compiled.diagnostics]
    return plan(compiled.ruleset, compiled.ruleset.lifecycles[0])


def awkward(label: str) -> str:
    """Return a ruleset that shows ``label`` wherever a picture shows text."""
    return f"""
        team t "{label}"
        entity deal {{ amount money  signed boolean }}
        lifecycle l "{label}" of deal {{
          ## {label}
          stage a "{label}" {{ entry  owner t }}
          stage b {{ from a when signed  requires {{ worth: amount > 0 }}  won }}
        }}
    """


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("name", SOURCES)
def test_a_picture_is_the_agreed_one(name: str, style: Style) -> None:
    golden = GOLDEN / f"{name}.{SUFFIX[style]}"
    picture = drawn(SOURCES[name], style)
    if os.environ.get(REGENERATE):
        golden.write_text(picture, encoding="utf-8")
    assert picture == golden.read_text(encoding="utf-8"), f"set {REGENERATE}=1 and look at what changed"


@pytest.mark.parametrize("style", Style)
def test_the_same_ruleset_gives_the_same_picture(style: Style) -> None:
    assert drawn(SOURCES["opportunity"], style) == drawn(SOURCES["opportunity"], style)


@pytest.mark.parametrize("label", AWKWARD)
def test_an_svg_of_any_text_is_xml_without_scripts_or_references(label: str) -> None:
    picture = drawn(awkward(label), Style.SVG)
    root = ElementTree.fromstring(picture)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "text", "path", "circle", "g"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not any(name.startswith("on") or name.endswith("href") for name in attributes)
    assert "url(" not in picture
    assert "@import" not in picture


@pytest.mark.parametrize("label", AWKWARD)
def test_a_mermaid_chart_of_any_text_keeps_its_shape(label: str) -> None:
    shapes = [re.sub(r'"[^"]*"', '""', drawn(awkward(text), Style.MERMAID)) for text in (label, "plain")]
    bare = [re.sub(r"acc(Title|Descr): .*", "", shape) for shape in shapes]
    assert bare[0] == bare[1]
    title = re.search(r"accTitle: (.*)", drawn(awkward(label), Style.MERMAID))
    assert title is not None
    assert re.fullmatch(r"[\w .,/-]+", title[1])
    quoted = re.findall(r'"([^"]*)"', drawn(awkward(label), Style.MERMAID))
    assert not any(re.search(r"[<>`\[\]{}|\\;%](?!br/>)", re.sub(r"<br/>|#\d+;", "", text)) for text in quoted)


@pytest.mark.parametrize("label", AWKWARD)
def test_a_dot_graph_of_any_text_keeps_its_shape(label: str) -> None:
    strings = r'"(?:[^"\\]|\\.)*"'
    shapes = [re.sub(strings, '""', drawn(awkward(text), Style.DOT)) for text in (label, "plain")]
    assert shapes[0] == shapes[1]


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("label", AWKWARD)
def test_graphviz_reads_a_dot_graph_of_any_text(label: str) -> None:
    done = subprocess.run(["dot", "-Tsvg"], input=drawn(awkward(label), Style.DOT).encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    names = {element.text for element in ElementTree.fromstring(done.stdout).iter(f"{SVG}title")}
    assert {"s0", "s1", "s0->s1", "cluster_0", "cluster_1"} <= names
    assert len(names) == 6


def test_hand_offs_ways_back_and_outcomes_are_marked() -> None:
    arrows = {(arrow.source, arrow.target): arrow for arrow in plan_of(SOURCES["opportunity"]).arrows}
    assert arrows["pending", "discovery"].hand_off
    assert not arrows["discovery", "scoping"].hand_off
    assert arrows["lost", "discovery"].back
    assert arrows["lost", "discovery"].when == "when reopened"
    assert arrows["technical", "lost"].bundled
    assert not arrows["pending", "unqualified"].bundled
    mermaid = drawn(SOURCES["opportunity"], Style.MERMAID)
    assert "s0 ==> s1" in mermaid
    assert 's8 -.->|"when reopened"| s1' in mermaid
    assert "class s7 won" in mermaid
    assert "class s8,s9,s10 lost" in mermaid


def test_an_svg_says_in_words_what_it_shows() -> None:
    root = ElementTree.fromstring(drawn(SOURCES["opportunity"], Style.SVG))
    assert root.find(f"{SVG}title").text == "Opportunity pipeline"  # type: ignore[union-attr]  # the next line needs it, too
    described = root.find(f"{SVG}desc").text or ""  # type: ignore[union-attr]  # there is one
    assert "Closed Won: Finance; won; from 6-Awaiting Signature." in described
    assert "8-Closed Lost: Sales; lost; from any open stage." in described
    assert root.attrib["role"] == "img"
    assert "prefers-color-scheme:dark" in drawn(SOURCES["opportunity"], Style.SVG)


def test_a_stage_without_an_owner_has_a_lane_that_says_so_and_two_owners_share_one() -> None:
    text = """
        team marketing "Marketing"
        team sales "Sales"
        entity deal { amount money }
        lifecycle l of deal {
          stage a { entry }
          stage b { owner marketing, sales  from a  requires { worth: amount > 0 }  won }
        }
    """
    assert plan_of(text).lanes == ("no owner", "Marketing / Sales")


@pytest.mark.parametrize("name", SOURCES)
def test_no_box_lies_on_another_and_no_line_runs_through_one(name: str) -> None:
    collide(layout(plan_of(SOURCES[name])))


def test_a_tangle_of_ways_does_not_run_through_boxes_either() -> None:
    stages = ["stage s0 { entry  owner t0 }"]
    for number in range(1, 14):
        sources = {f"s{number - 1}", f"s{number * 7 % number}", f"s{number * 5 % number}"}
        ways = ", ".join(sorted(sources))
        back = f"back from s{number + 2}" if number < 11 else ""
        stages.append(f"stage s{number} {{ owner t{number % 3}  from {ways}  {back} }}")
    text = f"""
        team t0 team t1 team t2
        entity deal {{ amount money }}
        lifecycle l of deal {{ {" ".join(stages)} stage gone {{ owner t1  from any  lost }} }}
    """
    collide(layout(plan_of(text)))


@st.composite
def lifecycles(draw: st.DrawFn) -> str:
    """Return a ruleset with a lifecycle of up to nine stages and any ways between them."""
    count = draw(st.integers(1, 9))
    stages = []
    for number in range(count):
        before, others = [f"s{i}" for i in range(number)], [f"s{i}" for i in range(count)]
        sources = draw(st.lists(st.sampled_from(before), unique=True, max_size=4)) if before else []
        back = draw(st.lists(st.sampled_from([s for s in others if s not in sources]), unique=True, max_size=2))
        clauses = [
            f"owner t{draw(st.integers(0, 2))}" if draw(st.booleans()) else "",
            f"from {', '.join(sources)}" if sources else draw(st.sampled_from(["entry", ""])),
            f"back from {', '.join(back)}" if back else "",
            draw(st.sampled_from(["", "", "won", "lost"])),
        ]
        stages.append(f"stage s{number} {{ {' '.join(clauses)} }}")
    lost = "stage gone { from any  lost }" if draw(st.booleans()) else ""
    return f"team t0 team t1 team t2 entity deal {{ amount money }} lifecycle l of deal {{ {' '.join(stages)} {lost} }}"


@settings(max_examples=150, deadline=None)
@given(lifecycles())
def test_no_lifecycle_makes_boxes_and_lines_collide(text: str) -> None:
    collide(layout(plan_of(text)))
    ElementTree.fromstring(drawn(text, Style.SVG))


def collide(placed: Layout) -> None:
    """Assert that boxes are apart, inside the picture and inside their lane, and that lines touch only their own ends."""
    for (_, (ax, ay)), (_, (bx, by)) in combinations(placed.boxes, 2):
        assert abs(ax - bx) >= BOX_WIDTH or abs(ay - by) >= BOX_HEIGHT
    for box, (x, y) in placed.boxes:
        lane = placed.lanes[box.lane]
        assert lane.left < x < x + BOX_WIDTH < lane.right <= placed.width
        assert y + BOX_HEIGHT < placed.height
    for arrow, points in placed.lines:
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points)), "lines run straight"
        assert all(0 < x < placed.width and 0 < y < placed.height for x, y in points)
        for box, (x, y) in placed.boxes:
            for (ax, ay), (bx, by) in pairwise(points):
                apart_across = max(ax, bx) <= x or min(ax, bx) >= x + BOX_WIDTH
                apart_down = max(ay, by) <= y or min(ay, by) >= y + BOX_HEIGHT
                assert apart_across or apart_down, f"{arrow.source} → {arrow.target} runs through {box.name}"
