"""An alignment into text for the terminal, Markdown for a pull request, JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from revrules.proofs.compare import Comparison, Relation
from revrules.proofs.witnesses import as_pairs
from revrules.render.cells import Paint, harmless, one_line, paint, width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from revrules.backends.smt.answers import Witness
    from revrules.proofs.alignment import Alignment, Row
    from revrules.proofs.compare import Region, ValueComparison
    from revrules.tables.regions import Account

    Real = Callable[[str], tuple[int, tuple[str, ...]]]
    """How many real records lie in a region, and the keys of the first."""

LONGEST_RECORD = 64
NONE = "–"
REGIONS = ("both", "only first", "only second", "neither", "differ", "cannot tell")
"""As ``revrules.tables.regions.Region`` has them."""


def as_text(alignment: Alignment, account: Account | None, counted: Mapping[int, int], *, color: bool) -> str:
    """Return the table, then what stands behind each row that is not the same.

    ``counted``: the positions of rows of which ``account`` counts records, with the positions that they have there.
    """
    parts = [
        "\n".join(_table([_heading(alignment), *(_line(row, alignment) for row in alignment.rows)], color=color)),
        *("\n".join(_details(row, alignment, real, color=color)) for row, real in _with_more(alignment, account, counted)),
        "\n".join(_besides(alignment)),
    ]
    if account is not None:
        parts.insert(1, "\n".join(_table(list(_counts(alignment, account, counted)), color=color)))
    return harmless("\n\n".join(part for part in parts if part)) + "\n"


def as_markdown(alignment: Alignment, account: Account | None, counted: Mapping[int, int]) -> str:
    """Return the same as Markdown."""
    parts = [_markdown_table([_heading(alignment), *(_line(row, alignment) for row in alignment.rows)])]
    if account is not None:
        parts.append(_markdown_table(list(_counts(alignment, account, counted))))
    for row, real in _with_more(alignment, account, counted):
        first, *rest = _details(row, alignment, real, color=False)
        parts.append("\n".join([f"**{one_line(first)}**", "", "```text", *rest, "```"]) if rest else f"**{one_line(first)}**")
    besides = list(_besides(alignment))
    parts += ["\n".join(["```text", *besides, "```"])] if besides else []
    return harmless("\n\n".join(parts)) + "\n"


def as_json(alignment: Alignment, account: Account | None, counted: Mapping[int, int]) -> str:
    """Return the same as JSON."""
    found = {
        "sides": list(alignment.sides),
        "same": alignment.same,
        "rows": [_row_as_json(row, account, counted.get(at)) for at, row in enumerate(alignment.rows)],
        "differences": [{"kind": each.kind, "name": each.name, "told": each.told} for each in alignment.differences],
        "near": [{"theirs": each.theirs, "ours": each.ours, "proved": each.proved} for each in alignment.near],
        "only_first": _lone(alignment, 0),
        "only_second": _lone(alignment, 1),
        "questions": {
            "asked": alignment.counts.asked,
            "proved": alignment.counts.proved,
            "refuted": alignment.counts.refuted,
            "undecided": alignment.counts.undecided,
        },
    }
    if account is not None:
        found["data"] = {"read": account.read, "judged": account.judged, "rejected": account.rejected}
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def summary(alignment: Alignment) -> str:
    """Return one line such as ``7 compared: 2 same, 4 differ, 1 undecided; 2 on one side only; 31 questions, in 0.2 s``."""
    pairs = [row for row in alignment.rows if row.first is not None and row.second is not None]
    relations = [(row.same, row.found is None, _is_open(row)) for row in pairs]
    same, none = sum(each[0] for each in relations), sum(each[1] for each in relations)
    undecided = sum(each[2] for each in relations)
    told = [(same, "same"), (len(pairs) - same - none - undecided, "differ"), (undecided, "undecided"), (none, "not comparable")]
    parts = [f"{len(pairs)} compared: {', '.join(f'{number} {word}' for number, word in told if number) or 'nothing'}"]
    lone = len(alignment.rows) - len(pairs)
    parts += [f"{lone} on one side only"] if lone else []
    counts = alignment.counts
    became = f"{counts.proved} proved, {counts.refuted} refuted, {counts.undecided} undecided"
    return "; ".join([*parts, f"{counts.asked} questions: {became}, in {counts.seconds:.1f} s"])


def _is_open(row: Row) -> bool:
    if isinstance(row.found, Comparison):
        return row.found.relation is None and not (row.found.first.exists or row.found.second.exists)
    return row.found is not None and row.found.same is None


def relation_in_words(row: Row, sides: tuple[str, str]) -> str:
    """Return how the two of a row lie to each other, in a few words."""
    if row.first is None or row.second is None:
        return f"only in {sides[0] if row.second is None else sides[1]}"
    if row.found is None:
        return "cannot be compared"
    if row.looks_same and row.caveats:
        return "same, with a reserve"
    if isinstance(row.found, Comparison):
        return _comparison(row.found, sides)
    if row.found.same is None:
        return "undecided"
    return "same" if row.found.same else "differ" if row.found.real is not False else "differ where values are missing"


def _comparison(found: Comparison, sides: tuple[str, str]) -> str:
    words = {
        Relation.SAME: "same",
        Relation.NARROWER: f"{sides[0]} is narrower",
        Relation.WIDER: f"{sides[0]} is wider",
        Relation.OVERLAPPING: "they overlap",
        Relation.DISJOINT: "no record is both",
        Relation.FIRST_EMPTY: f"never met in {sides[0]}",
        Relation.SECOND_EMPTY: f"never met in {sides[1]}",
        Relation.BOTH_EMPTY: "same: never met",
    }
    if found.relation is None:
        return " or ".join(words[each] for each in found.possible) + ": undecided"
    if found.only_missing and found.where_known is Relation.SAME:
        return "same but for missing values"
    return words[found.relation] + (", where values are missing" if found.only_missing else "")


# --- the table ---------------------------------------------------------------------------------------------------


def _heading(alignment: Alignment) -> list[str]:
    return ["", *alignment.sides, "relation", "a record on which they differ"]


def _line(row: Row, alignment: Alignment) -> list[str]:
    shown = _kind(row, alignment)
    record = next((_in_line(witness) for _, _, witness in _sides_of(row, alignment.sides)), "")
    relation = relation_in_words(row, alignment.sides)
    return [shown, row.first or NONE, row.second or NONE, relation, record or (row.obstacle if row.found is None else "")]


def _kind(row: Row, alignment: Alignment) -> str:
    """Return what a row is about; with the entity, where there are several."""
    if row.kind == "member":
        return "  ="
    return row.kind if len({each.entity for each in alignment.rows}) == 1 else f"{row.entity} {row.kind}"


def _in_line(witness: Witness) -> str:
    text = one_line(", ".join(f"{name} = {value}".replace("\n", " ") for name, value in as_pairs(witness)))
    return text if len(text) <= LONGEST_RECORD else f"{text[: LONGEST_RECORD - 1].rstrip(' ,')}…"


def _counts(alignment: Alignment, account: Account, counted: Mapping[int, int]) -> Iterator[list[str]]:
    """Yield the lines of the table of real records: how many lie where."""
    first, second = alignment.sides
    asked = [(alignment.rows[at], question) for at, question in counted.items()]
    differ = any(account.count(question, "differ") for _, question in asked)
    shown = [region for region in REGIONS if region != "differ" or differ]
    words = {"both": "both (or same)" if differ else "both", "only first": f"only {first}", "only second": f"only {second}"}
    yield ["records", "", *(words.get(region, region) for region in shown)]
    for row, question in asked:
        yield [_kind(row, alignment), row.first or "", *(f"{account.count(question, region):,}" for region in shown)]


def _table(lines: Sequence[Sequence[str]], *, color: bool) -> Iterator[str]:
    widths = [max(width(one_line(line[column])) for line in lines) for column in range(len(lines[0]))]
    for number, line in enumerate(lines):
        cells = [one_line(cell) for cell in line]
        padded = [f"{cell}{' ' * (size - width(cell))}" for cell, size in zip(cells, widths, strict=True)]
        yield paint("  ".join(padded).rstrip(), Paint.STRONG, color and number == 0)


def _markdown_table(lines: Sequence[Sequence[str]]) -> str:
    rows = [[one_line(cell).replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:]))


# --- behind the table --------------------------------------------------------------------------------------------


def _with_more(alignment: Alignment, account: Account | None, counted: Mapping[int, int]) -> Iterator[tuple[Row, Real]]:
    """Yield the rows of which there is more to say than stands in the table, each with the real records of a region."""

    def of_question(question: int | None) -> Real:
        if account is None or question is None:
            return lambda _: (0, ())
        return lambda region: (account.count(question, region), account.shown(question, region))

    for at, row in enumerate(alignment.rows):
        if (row.found is not None and not row.looks_same) or row.caveats:
            yield row, of_question(counted.get(at))


def _details(row: Row, alignment: Alignment, real: Real, *, color: bool) -> Iterator[str]:
    """Yield what stands behind a row: the relation, a record on each side, the criteria that make the difference."""
    name = row.first or row.second or ""
    both = name if row.second in (None, name) or row.first is None else f"{name} / {row.second}"
    yield paint(f"{row.kind} {both}: {relation_in_words(row, alignment.sides)}", Paint.STRONG, color)
    if row.found is None and row.obstacle:
        yield f"  {row.obstacle}"
    if row.inherited:
        yield "  its own criteria are the same: the difference comes from the stages before it"
    for region, told, witness in _sides_of(row, alignment.sides) if not row.inherited else ():
        yield f"  {told}"
        yield from (f"      {line}" for line in _as_lines(witness))
        count, keys = real(region)
        if count:
            more = ", …" if count > len(keys) else ""
            yield f"    {count:,} real {'record' if count == 1 else 'records'}: {', '.join(keys)}{more}"
    reason = row.found.reason if row.found is not None else ""
    if reason:
        yield f"  undecided: {reason}"
    yield from (f"  with this reserve: {caveat}" for caveat in row.caveats)


def _as_lines(witness: Witness) -> Iterator[str]:
    pairs = [(name, value.split("\n")) for name, value in as_pairs(witness)]
    longest = max((len(name) for name, _ in pairs), default=0)
    for name, lines in pairs:
        yield one_line(f"{name.ljust(longest)} = {lines[0]}")
        yield from (" " * (longest + 3) + one_line(line) for line in lines[1:])


def _sides_of(row: Row, sides: tuple[str, str]) -> Iterator[tuple[str, str, Witness]]:
    """Yield the region of each record, what the record shows and which criteria make the difference, and the record."""
    if row.found is None:
        return
    if not isinstance(row.found, Comparison):
        if row.found.witness is not None:
            known = row.found.real is not False
            yield "differ", "they differ for" if known else "only one of the two can be told for", row.found.witness
        return
    for name, region, at in (("only first", row.found.first, 0), ("only second", row.found.second, 1)):
        if region.witness is not None:
            other = sides[1 - at]
            missing = "" if region.other is False else f", {other} cannot tell: what it needs is missing, or no value there"
            yield name, f"only {sides[at]} counts this{missing}{_because(row, at, other)}", region.witness


def _because(row: Row, at: int, other: str) -> str:
    clauses = row.clauses[at]
    if not clauses:
        return ""
    return f": {other} asks {' and '.join(clauses)}" + (", and nothing else tells them apart" if row.just[at] else "")


def _besides(alignment: Alignment) -> Iterator[str]:
    """Yield what is to be said besides words and stages."""
    yield from (f"{each.kind} {each.name}: {each.told}" for each in alignment.differences)
    for side, name in enumerate(alignment.sides):
        for kind, lone in (("entities", alignment.lone_entities), ("lifecycles", alignment.lone_lifecycles)):
            if lone[side]:
                yield f"{kind} only in {name}: {', '.join(lone[side])}"
        if alignment.lone_fields[side]:
            yield f"fields only in {name}: {_few(alignment.lone_fields[side])}"
    for near in alignment.near:
        why = "mean the same, by proof" if near.proved else "look alike"
        ours, theirs = f"`{near.ours}` in {alignment.sides[0]}", f"`{near.theirs}` in {alignment.sides[1]}"
        yield f"{ours} and {theirs} {why}: --map '{near.theirs}={near.ours}'"


def _few(names: Sequence[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


# --- JSON --------------------------------------------------------------------------------------------------------


def _row_as_json(row: Row, account: Account | None, counted: int | None) -> dict[str, object]:
    found: dict[str, object] = {"kind": row.kind, "entity": row.entity, "first": row.first, "second": row.second}
    match row.found:
        case None:
            found |= {"relation": None, "obstacle": row.obstacle or None}
        case Comparison():
            found |= _comparison_as_json(row.found)
        case _:
            found |= _values_as_json(row.found)
    found |= {
        "same": row.same,
        "same_but_for_reserves": row.looks_same,
        "inherited": row.inherited and not row.looks_same,
        "reserves": list(row.caveats),
        "clauses": {"of_second": list(row.clauses[0]), "of_first": list(row.clauses[1])},
    }
    if account is not None and counted is not None:
        regions = {region: (account.count(counted, region), account.shown(counted, region)) for region in REGIONS}
        found["records"] = {region: {"count": count, "keys": keys} for region, (count, keys) in regions.items() if count}
    return found


def _comparison_as_json(found: Comparison) -> dict[str, object]:
    return {
        "relation": found.relation.value if found.relation is not None else None,
        "possible": [each.value for each in found.possible],
        "only_where_missing": found.only_missing,
        "only_first": _region_as_json(found.first),
        "only_second": _region_as_json(found.second),
        "both": _region_as_json(found.both),
        "undecided": found.reason or None,
    }


def _values_as_json(found: ValueComparison) -> dict[str, object]:
    return {
        "relation": None if found.same is None else "same" if found.same else "differ",
        "only_where_missing": found.same is False and found.real is False,
        "example": _witness_as_json(found.witness),
        "undecided": found.reason or None,
    }


def _region_as_json(region: Region) -> dict[str, object]:
    return {"exists": region.exists, "other_unknown": region.other is None, "example": _witness_as_json(region.witness)}


def _witness_as_json(witness: Witness | None) -> dict[str, object] | None:
    return None if witness is None else {"as_of": witness.as_of.isoformat(), "record": dict(as_pairs(witness))}


def _lone(alignment: Alignment, side: int) -> dict[str, Iterable[str]]:
    return {
        "entities": alignment.lone_entities[side],
        "lifecycles": alignment.lone_lifecycles[side],
        "fields": alignment.lone_fields[side],
    }
