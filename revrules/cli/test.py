"""Rulesets into the results of the examples that stand in them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from revrules.cli import options
from revrules.cli.output import use_color
from revrules.cli.rulesets import targets

if TYPE_CHECKING:
    import datetime
    from pathlib import Path

    from revrules.diagnostics import Diagnostic
    from revrules.examples import ExampleResult
    from revrules.source import Source

JSON_VERSION = 1


@dataclass(slots=True)
class Run:
    """What came out of the examples of several rulesets; ``broken`` are the errors that kept a ruleset from running."""

    results: list[tuple[str, ExampleResult]] = field(default_factory=list)
    broken: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    rulesets: int = 0


@click.command("test")
@options.ruleset_paths
@options.output_format("full", "concise", "json", "junit", "github")
@options.as_of_day
@options.quiet
@click.pass_context
def command(ctx: click.Context, paths: tuple[str, ...], output_format: str, as_of: datetime.date | None, quiet: bool) -> None:
    """Run the examples that stand in a ruleset.

    PATHS are rulesets or folders that hold some (the current folder without any). Exit code: 0 all examples come out as they
    expect, 1 some do not or a ruleset has errors, 2 nothing could be run.
    """
    run = Run()
    for path, _ in targets(paths):
        _add(run, path, as_of)
    click.echo(_report(run, output_format), nl=False)
    if not quiet:
        gap = "\n" if output_format == "full" and (run.broken or _failures(run)) and sys.stdout.isatty() else ""
        click.echo(f"{gap}{_summary(run)}", err=True)
    ctx.exit(1 if run.broken or not all(result.passed for _, result in run.results) else 0)


def _add(run: Run, path: Path, as_of: datetime.date | None) -> None:
    from revrules.compiler import compile_path
    from revrules.examples import run_examples

    compiled = compile_path(path)
    run.sources.update(compiled.sources)
    run.rulesets += 1
    if compiled.ruleset is None or compiled.errors:
        run.broken += compiled.errors
        return
    moment = _start_of(as_of, compiled.ruleset.timezone) if as_of else None
    run.results += [(compiled.ruleset.name, result) for result in run_examples(compiled.ruleset, as_of=moment)]


def _start_of(day: datetime.date, timezone: str) -> datetime.datetime | None:
    """Return the instant at which ``day`` begins in the ruleset's time zone, as an example's own date means it."""
    import datetime

    from revrules.runtime.clock import from_local, zone_of

    return from_local(datetime.datetime.combine(day, datetime.time()), zone_of(timezone))


def _report(run: Run, style: str) -> str:
    match style:
        case "json":
            return _json(run)
        case "junit":
            return _junit(run)
        case _:
            from revrules.render import render

            return render([*run.broken, *_failures(run)], run.sources, style=style, color=use_color())


def _failures(run: Run) -> list[Diagnostic]:
    from revrules.problems.examples import failed_example

    return [
        failed_example(
            outcome.expectation.span or result.example.span,
            result.example.title,
            outcome.expected,
            outcome.found,
            outcome.reasons,
        )
        for _, result in run.results
        for outcome in result.failures
    ]


def _summary(run: Run) -> str:
    failed = sum(not result.passed for _, result in run.results)
    errors = f"; {len(run.broken)} error{'' if len(run.broken) == 1 else 's'} to mend first" if run.broken else ""
    if not run.results:
        return f"no examples in {run.rulesets} ruleset{'' if run.rulesets == 1 else 's'}{errors}"
    count = len(run.results)
    came = f"{failed} of {count} failed" if failed else "all as expected" if count > 1 else "as expected"
    return f"{count} example{'' if count == 1 else 's'}: {came}{errors}"


def _json(run: Run) -> str:
    """Return the results as one object; its shape only grows while ``version`` stays."""
    import json

    examples = [
        {
            "ruleset": ruleset,
            "title": result.example.title,
            "entity": result.example.entity,
            "as_of": result.as_of.isoformat(),
            "passed": result.passed,
            "place": _place(run, result),
            "expectations": [
                {"passed": o.passed, "expected": o.expected, "found": o.found, "reasons": list(o.reasons)}
                for o in result.outcomes
            ],
        }
        for ruleset, result in run.results
    ]
    failed = sum(not result.passed for _, result in run.results)
    errors = [{"code": d.code, "message": d.message} for d in run.broken]
    summary = {"examples": len(examples), "failed": failed, "errors": len(errors)}
    report = {"version": JSON_VERSION, "summary": summary, "examples": examples, "errors": errors}
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _place(run: Run, result: ExampleResult) -> dict[str, str | int] | None:
    span = result.example.span
    if span is None or span.path not in run.sources:
        return None
    place = run.sources[span.path].place(span.start)
    return {"path": span.path, "line": place.line, "column": place.column}


def _junit(run: Run) -> str:
    """Return the results in the XML that build servers read: a suite for each ruleset, a case for each example."""
    from xml.etree import ElementTree as Xml

    root = Xml.Element("testsuites", name="revrules")
    for ruleset in dict.fromkeys(name for name, _ in run.results):
        own = [result for name, result in run.results if name == ruleset]
        failed = sum(not result.passed for result in own)
        suite = Xml.SubElement(root, "testsuite", name=ruleset, tests=str(len(own)), failures=str(failed), errors="0")
        for result in own:
            place = _place(run, result) or {}
            where = {"file": str(place["path"]), "line": str(place["line"])} if place else {}
            case = Xml.SubElement(suite, "testcase", {"classname": ruleset, "name": _xml(result.example.title), **where})
            for outcome in result.failures:
                failure = Xml.SubElement(case, "failure", message=_xml(f"expected {outcome.expected}, found {outcome.found}"))
                failure.text = _xml("\n".join(outcome.reasons))
    if run.broken:
        count = str(len(run.broken))
        suite = Xml.SubElement(root, "testsuite", name="errors", tests=count, failures="0", errors=count)
        for diagnostic in run.broken:
            case = Xml.SubElement(suite, "testcase", classname="errors", name=f"{diagnostic.code} {diagnostic.name}")
            Xml.SubElement(case, "error", message=_xml(diagnostic.message))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _xml(text: str) -> str:
    """Return ``text`` without the characters that XML cannot hold."""
    return "".join(c if c in "\t\n" or " " <= c < "\ud800" or "\ue000" <= c not in "\ufffe\uffff" else "\ufffd" for c in text)
