"""Every problem has a page, every page a problem, and what the pages show is true."""

from __future__ import annotations

import datetime
import re
from importlib import import_module

import pytest

from revrules.diagnostics import Problem
from revrules.pages import find, page, written_codes
from revrules.problems import MODULES, catalogue

TODAY = datetime.date(2026, 11, 21)
CATALOGUE = catalogue()


def blocks(kind: str) -> list[object]:
    """Return (code, text) of every block that is tagged as ``kind``."""
    found = []
    for code in written_codes():
        text = page(code).text  # type: ignore[union-attr]  # the code was found as a page
        for number, block in enumerate(re.findall(rf"^```rev {kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)):
            found.append(pytest.param(code, block, id=f"{code}-{number}"))
    return found


def files_beside(code: str, kind: str) -> dict[str, str]:
    """Return the files that a page shows for its examples of ``kind``: blocks tagged `csv`, a name, and perhaps the kind."""
    text = page(code).text  # type: ignore[union-attr]  # the code was found as a page
    return dict(re.findall(rf"^```csv (\S+)(?: {kind})?\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))


def codes_in(text: str, files: dict[str, str]) -> list[str]:
    from revrules.compiler import compile_text

    return [diagnostic.code for diagnostic in compile_text(text, files=files, today=TODAY, proofs=True).diagnostics]


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_problem_has_a_page_that_opens_with_its_code_and_name(code: str) -> None:
    found = page(code)
    assert found is not None, f"revrules/explain/{code}.md is missing"
    assert found.text.splitlines()[0] == f"# {code} {CATALOGUE[code].name}"
    assert found.first_paragraph


@pytest.mark.parametrize("code", written_codes())
def test_every_page_is_about_a_problem(code: str) -> None:
    assert code in CATALOGUE


@pytest.mark.parametrize("code", written_codes())
def test_a_page_shows_an_example_and_is_short(code: str) -> None:
    text = page(code).text  # type: ignore[union-attr]  # the code was found as a page
    assert re.search(r"^```(rev bad|text|csv|json)$", text, re.MULTILINE)
    assert ("```rev bad" in text) == ("```rev good" in text)
    assert len(text.splitlines()) <= 60


@pytest.mark.parametrize(("code", "text"), blocks("bad"))
def test_the_bad_example_of_a_page_shows_its_problem(code: str, text: str) -> None:
    assert code in codes_in(text, files_beside(code, "bad"))


@pytest.mark.parametrize(("code", "text"), blocks("good"))
def test_the_good_example_of_a_page_compiles_without_it(code: str, text: str) -> None:
    from revrules.compiler import compile_text

    compiled = compile_text(text, files=files_beside(code, "good"), today=TODAY, proofs=True)
    assert [(d.code, d.message) for d in compiled.errors] == []
    assert code not in [diagnostic.code for diagnostic in compiled.diagnostics]


def test_codes_and_names_stand_once() -> None:
    modules = [import_module(f"revrules.problems.{name}") for name in MODULES]
    problems = {id(value): value for module in modules for value in vars(module).values() if isinstance(value, Problem)}
    for words in ([p.code for p in problems.values()], [p.name for p in problems.values()]):
        assert sorted(word for word in set(words) if words.count(word) > 1) == []


@pytest.mark.parametrize("problem", CATALOGUE.values(), ids=CATALOGUE)
def test_a_problem_is_named_as_the_style_wants(problem: Problem) -> None:
    assert re.fullmatch(r"REV[1-9]\d\d", problem.code)
    assert re.fullmatch(r"[a-z]+[a-z0-9]*(-[a-z0-9]+)*", problem.name)
    assert problem.summary
    assert not problem.summary.endswith(".")
    assert "\n" not in problem.summary


def test_a_problem_is_found_by_code_and_by_name_in_any_case() -> None:
    problem = next(iter(CATALOGUE.values()))
    assert find(problem.code.lower(), CATALOGUE) is problem
    assert find(problem.name.upper(), CATALOGUE) is problem
    assert find("REV", CATALOGUE) is None
