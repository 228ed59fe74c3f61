"""Guessed stages into the text of a first lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from revrules.starter.stages import StageGuess, guess_stages, outcome
from revrules.starter.words import comment, quoted, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.starter.columns import Guess


class Column(Protocol):
    """What is asked of a column here."""

    @property
    def name(self) -> str:
        """The field's name."""

    @property
    def heading(self) -> str:
        """The heading in the export."""

    @property
    def cells(self) -> list[str]:
        """The cells of the sample."""

    @property
    def guess(self) -> Guess:
        """What they hold."""


def lifecycle_text(entity: str, tracked: Column, columns: Sequence[Column], names: Mapping[str, str]) -> str:
    """Return a lifecycle with a stage for each text of ``tracked`` (``names``: the enum member of each text)."""
    stages = guess_stages(list(names), _filled(tracked, columns))
    all_end = all(stage.outcome for stage in stages)
    lines = [
        "# The stages in the order in which they usually follow each other. Put them in yours; say who owns each: owner sales.",
        f"lifecycle {written('progress')} of {written(entity)} {{",
        f"  tracks {written(tracked.name)}",
    ]
    before = ""
    for position, stage in enumerate(stages):
        later = [] if all_end else stages[position + 1 :]
        lines += ["", *_stage(stage, later, before, tracked, names, entry=all_end or not before)]
        before = before if stage.outcome and before else names[stage.label]
    return "\n".join([*lines, "}", ""])


def lifecycle_without_stages(entity: str, key: Column | None, ended: Column | None) -> str:
    """Return a lifecycle for an export that claims no stage: two stages told apart by ``ended``, else one."""
    lines = [
        "# No column of the export looks like a stage. If one is, add `tracks` and its field; else say what the stages mean.",
        f"lifecycle {written('progress')} of {written(entity)} {{",
        "  ## Every record begins here.",
        "  stage open {",
        "    entry",
    ]
    if ended is not None:
        lines += [
            "  }",
            "",
            f"  ## The column {comment(ended.heading)} says so.",
            f"  stage {written(ended.name)} {{",
            "    from open",
            f"    requires {{ said: {written(ended.name)} }}",
            f"    {outcome(ended.heading) or 'won'}",
        ]
    elif key is not None:
        lines.append(f"    requires {{ has_key: {written(key.name)} is known }}")
    return "\n".join([*lines, "  }", "}", ""])


def _stage(
    stage: StageGuess, later: Sequence[StageGuess], before: str, tracked: Column, names: Mapping[str, str], *, entry: bool
) -> list[str]:
    name = names[stage.label]
    label = "" if name.strip("`") == stage.label else f" {quoted(stage.label)}"
    gated = bool(before) or bool(entry and stage.outcome)
    lines = [f"  ## {_why(stage, gated)}", f"  stage {name}{label} {{"]
    lines.append("    entry" if entry else "    from any" if stage.outcome == "lost" else f"    from {before}")
    if gated:
        lines.append(f"    requires {_criteria(stage, later, tracked, names)}")
    if stage.outcome:
        lines.append(f"    {stage.outcome}")
    return [*lines, "  }"]


def _why(stage: StageGuess, gated: bool) -> str:
    if not gated:
        return "The first stage: every record begins here. What must be known about it?"
    if stage.filled and not stage.outcome:
        return "The fields below are filled from this stage on, and seldom before it."
    return "For now the CRM's own word decides. What did the buyer do that proves it? Ask for that instead."


def _criteria(stage: StageGuess, later: Sequence[StageGuess], tracked: Column, names: Mapping[str, str]) -> str:
    criteria = [f"{written(field + '_known')}: {written(field)} is known" for field in stage.filled]
    if stage.outcome or not stage.filled:
        labels = [stage.label, *(other.label for other in later if not stage.outcome and other.outcome != "lost")]
        members = ", ".join(names[label] for label in labels)
        criteria.append(f"said: {written(tracked.name)} in {{ {members} }}")
    inside = "   ".join(criteria)
    return f"{{ {inside} }}" if len(criteria) == 1 else f"all of {{ {inside} }}"


def _filled(tracked: Column, columns: Sequence[Column]) -> dict[str, dict[str, float]]:
    """Return for each field which part of the records of each stage has a value in it."""
    claimed = [cell.strip() for cell in tracked.cells]
    totals: dict[str, int] = {}
    for label in claimed:
        totals[label] = totals.get(label, 0) + 1
    found = {}
    for column in columns:
        if column is tracked or column.name == tracked.name or len(column.cells) != len(claimed):
            continue
        counts: dict[str, int] = {}
        for label, cell in zip(claimed, column.cells, strict=True):
            if (text := cell.strip()) and text not in column.guess.stand_ins:
                counts[label] = counts.get(label, 0) + 1
        found[column.name] = {label: counts.get(label, 0) / total for label, total in totals.items()}
    return found
