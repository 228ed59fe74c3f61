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
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from revrules.cli.shown import Looked
    from revrules.diagnostics import Diagnostic
    from revrules.examples import ExampleResult
    from revrules.ir import Ruleset
    from revrules.source import Source

JSON_VERSION = 1


@dataclass(slots=True)
class Run:
    """What came out of the examples of several rulesets; ``broken`` are the errors that kept a ruleset from running."""

    results: list[tuple[str, ExampleResult]] = field(default_factory=list)
    broken: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    rulesets: int = 0
    looked: list[Looked] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the examples besides whether they come out."""

    coverage: bool
    mutants: bool
    seed: int
    proofs: bool


@click.command("test")
@options.ruleset_paths
@options.output_format("full", "concise", "json", "junit", "github")
@options.as_of_day
@click.option("--coverage", is_flag=True, help="Say what of the ruleset the examples show, and what they do not.")
@click.option("--mutants", is_flag=True, help="Say which of many small mistakes in the ruleset the examples would notice.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="N", help="Fail where either is less than N percent.")
@click.option("--generate", is_flag=True, help="Write the examples that are missing.")
@click.option("-o", "--output", metavar="FILE", help="Where --generate writes them.  [default: standard output]")
@click.option("--seed", type=int, default=0, help="Which mistakes are drawn where there are too many.  [default: 0]")
@click.option("--no-proofs", is_flag=True, help="Leave open what cannot be shown or makes no difference: faster.")
@options.quiet
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    output_format: str,
    as_of: datetime.date | None,
    coverage: bool,
    mutants: bool,
    fail_under: float | None,
    generate: bool,
    output: str | None,
    seed: int,
    no_proofs: bool,
    quiet: bool,
) -> None:
    """Run the examples that stand in a ruleset.

    PATHS are rulesets or folders that hold some (the current folder without any). Exit code: 0 all examples come out as they
    expect, 1 some do not, a ruleset has errors or --fail-under is not reached, 2 nothing could be run.
    """
    _check_options(ctx.params)
    run = Run()
    if generate:
        told = _generate(run, paths, ctx.params)
        click.echo(told if not run.broken else _report(run, "full"), err=True, nl=not run.broken)
        ctx.exit(1 if run.broken else 0)
    for path, _ in targets(paths):
        _add(run, path, as_of, Asked(coverage, mutants, seed, not no_proofs))
    click.echo(_report(run, output_format), nl=False)
    if not quiet:
        gap = "\n" if output_format == "full" and (run.broken or _failures(run)) and sys.stdout.isatty() else ""
        click.echo(f"{gap}{_summary(run)}", err=True)
    low = fail_under is not None and any(round(looked.least, 1) < fail_under for looked in run.looked)
    ctx.exit(1 if run.broken or low or not all(result.passed for _, result in run.results) else 0)


def _check_options(given: dict[str, object]) -> None:
    """Raise ``UsageError`` for options that do not go together."""
    looks = given["coverage"] or given["mutants"]
    if given["output"] is not None and not given["generate"]:
        raise click.UsageError("-o says where --generate writes; without it there is nothing to write.")
    if given["generate"] and (looks or given["output_format"] != "full"):
        raise click.UsageError("--generate writes examples and nothing else: ask for --coverage or another format by itself.")
    if looks and given["output_format"] in ("junit", "github"):
        raise click.UsageError("--coverage and --mutants are told in full, concise or json.")
    if given["fail_under"] is not None and not looks:
        raise click.UsageError("--fail-under is about --coverage or --mutants: add one of them.")


def _generate(run: Run, paths: tuple[str, ...], given: dict[str, Any]) -> str:
    """Write the examples that the one ruleset at ``paths`` lacks; errors in it join ``run``."""
    from revrules.cli.generated import Target, generate
    from revrules.compiler import compile_path
    from revrules.loading import load

    chosen = targets(paths)
    if len(chosen) != 1:
        raise click.UsageError(f"--generate is for one ruleset at a time; here are {len(chosen)}.")
    path = chosen[0].path
    compiled = compile_path(path)
    run.sources.update(compiled.sources)
    run.broken += compiled.errors
    if compiled.ruleset is None or compiled.errors:
        return ""
    loaded = load(path)
    target = Target(given["output"], loaded)
    return generate(loaded, compiled.ruleset, given["as_of"] or options.this_day(), target, given["seed"])


def _add(run: Run, path: Path, as_of: datetime.date | None, asked: Asked) -> None:
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
    if asked.coverage or asked.mutants:
        run.looked.append(_looked(compiled.ruleset, asked, as_of, moment))


def _looked(ruleset: Ruleset, asked: Asked, as_of: datetime.date | None, moment: datetime.datetime | None) -> Looked:
    """Return what the examples show and notice; proofs take out what none could."""
    from revrules.cli.shown import Looked
    from revrules.proofs.coverage import coverage
    from revrules.proofs.mutants import score

    shown = coverage(ruleset, as_of=moment) if asked.coverage else None
    noticed = score(ruleset, as_of=moment, seed=asked.seed) if asked.mutants else None
    if asked.proofs:
        from revrules.proofs.differences import Differences
        from revrules.proofs.missing_examples import MOST_QUESTIONS
        from revrules.proofs.reaching import Reach, without_impossible, without_same

        differences = Differences(ruleset, as_of or options.this_day())
        reach = Reach(differences, MOST_QUESTIONS)
        shown = without_impossible(shown, reach) if shown is not None else None
        noticed = without_same(noticed, reach) if noticed is not None else None
        differences.questions.save()
    return Looked(ruleset.name, shown, noticed)


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

            found = render([*run.broken, *_failures(run)], run.sources, style=style, color=use_color())
            return found + "".join(f"{line}\n" for line in _told(run, style))


def _told(run: Run, style: str) -> Iterator[str]:
    if run.looked:
        from revrules.cli.shown import as_text

        for looked in run.looked:
            yield from as_text(looked, run.sources, full=style == "full")


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
    report = {"version": JSON_VERSION, "summary": summary, "examples": examples, "errors": errors, **_looked_at(run)}
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _looked_at(run: Run) -> dict[str, object]:
    """Return what the examples show and notice, for each ruleset, as far as that was asked for."""
    if not run.looked:
        return {}
    from revrules.cli.shown import coverage_as_json, score_as_json

    shown = [coverage_as_json(looked, run.sources) for looked in run.looked if looked.coverage is not None]
    noticed = [score_as_json(looked, run.sources) for looked in run.looked if looked.score is not None]
    return {**({"coverage": shown} if shown else {}), **({"mutants": noticed} if noticed else {})}


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
