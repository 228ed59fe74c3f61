"""What became of real records into text for the terminal, Markdown, JSON and one line."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from revrules.problems.words import plural
from revrules.render.cells import harmless, one_line, width
from revrules.render.changes.safe import inert, marked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.impact import Account, Group, Number

MOST_LINES = 12
"""Groups of records that are told one by one."""
MOST_CLAUSES = 3
NOWHERE = "nowhere"


def impact_text(account: Account) -> str:
    """Return sentences about who moves and why, then the matrix of stages."""
    lines = [_head(account), *(f"  {line}" for line in impact_lines(account))]
    table = _matrix(account)
    if account.moved and table:
        widths = [max(map(width, column)) for column in zip(*table, strict=True)]
        lines.append("")
        lines += [_padded(row, widths) for row in table]
    return harmless("\n".join(lines)) + "\n"


def impact_markdown(account: Account) -> tuple[str, ...]:
    """Return one line of Markdown for each group of records that moves, each verdict and rule."""
    return tuple(f"- {marked(line)}" for line in impact_lines(account))


def impact_folded(account: Account) -> tuple[str, ...]:
    """Return Markdown, folded: the matrix of stages where a record moves, and what became of the rows."""
    table = _matrix(account)
    heading, *rows = table if table else [[]]
    lines = [f"\n<details><summary>From which stage to which: {escape(account.data)}</summary>\n", f"{inert(_head(account))}\n"]
    if account.moved and heading:
        lines += [_row(heading), "|" + "---|" * len(heading), *map(_row, rows), ""]
    return ("\n".join([*lines, "</details>"]),)


def impact_json(account: Account) -> dict[str, object]:
    """Return all counts as JSON has them; amounts as exact text."""
    books = account.books
    return {
        "data": account.data,
        "lifecycle": {"old": account.lifecycles[0], "new": account.lifecycles[1]},
        "rows": {
            "read": books.read,
            "compared": books.compared,
            "rejected": books.rejected,
            "left_out_of_the_sample": books.left_out,
        },
        "sampled": account.sampled,
        "cells_without_a_value": dict(zip(("both", "only_old", "only_new"), books.odd_cells, strict=True)),
        "moved": account.moved,
        "other_verdict": account.judged_otherwise,
        "other_way_to_the_same_stage": account.rerouted,
        "matrix": [{"from": a, "to": b, **_figures(account, group)} for (a, b), group in _ordered(account)],
        "moves": [
            {"from": a, "to": b, "because": list(because), **_figures(account, group)}
            for ((a, b), because), group in account.moves.items()
        ],
        "verdicts": [{"from": a, "to": b, "records": n} for (a, b), n in account.verdicts.most_common()],
        "begins_to_be_broken": [_rule(*each, count) for each, count in account.begins.most_common()],
        "ceases_to_be_broken": [_rule(*each, count) for each, count in account.ceases.most_common()],
        "touched": [{"what": what, "name": name, "records": n} for (what, name), n in account.touched.most_common()],
    }


def impact_lines(account: Account) -> Iterator[str]:
    """Yield a plain sentence for each group of records that moves, for verdicts and for rules."""
    if not account.moved:
        yield "no record moves"
    groups = sorted(account.moves.items(), key=lambda item: -item[1].count)
    for ((before, after), because), group in groups[:MOST_LINES]:
        yield _move(account, before, after, because, group)
    if rest := groups[MOST_LINES:]:
        yield f"and {sum(group.count for _, group in rest):,} more in {plural(len(rest), 'smaller group')}"
    for (old, new), count in account.verdicts.most_common():
        if old != new:
            change = f"{old or 'none'} → {new or 'none'}".replace("_", " ")
            yield f"{count:,} {plural(count, 'record')} with another verdict: {change}"
    yield from _rules(account.begins, "break")
    yield from _rules(account.ceases, "no longer break")
    for (what, name), count in account.touched.most_common(MOST_LINES):
        if count:
            yield f"{what} `{name}` says something else of {count:,} {plural(count, 'record')}"
    if account.rerouted:
        yield f"{account.rerouted:,} {plural(account.rerouted, 'record')} on another way to the same stage"


def impact_brief(account: Account) -> str:
    """Return one line for a place with no room for more."""
    return one_line(f"{account.moved:,} of {account.books.compared:,} {account.entity} records move to another stage")


# --- sentences ---------------------------------------------------------------------------------------------------


def _head(account: Account) -> str:
    books = account.books
    parts = [f"{books.compared:,} compared", f"{books.rejected:,} rejected"]
    if account.sampled:
        parts.append(f"{books.left_out:,} left out")
    sample = "; a sample: the counts are those of the sample, not scaled up" if account.sampled else ""
    rows = f"{account.data}: {books.read:,} rows read = {' + '.join(parts)}{sample}"
    both, old, new = books.odd_cells
    cells = [f"{n:,} {where}" for n, where in ((both, "in both versions"), (old, "in the old version only"),
                                               (new, "in the new version only")) if n]  # fmt: skip
    told = f"; cells that hold no value and count as missing: {', '.join(cells)}" if cells else ""
    return f"{rows}{told}"


def _move(account: Account, before: str | None, after: str | None, because: tuple[str, ...], group: Group) -> str:
    subject = f"{group.count:,} {account.entity} record{'s' if group.count != 1 else ''}"
    leave = "leaves" if group.count == 1 else "leave"
    enter = "enters" if group.count == 1 else "enter"
    way = (
        f"{enter} `{after}` from {NOWHERE}" if before is None else f"{leave} `{before}` for {f'`{after}`' if after else NOWHERE}"
    )
    declared = f", {group.declared:,} of them declared there" if group.declared else ""
    money = _money(account, group)
    comma = "," if declared and money else ""
    return f"{subject} {way}{declared}{comma}{money}: {_clauses(because)} ({', '.join(group.keys)}{_more(group)})"


def _more(group: Group) -> str:
    return ", …" if group.count > len(group.keys) else ""


def _money(account: Account, group: Group) -> str:
    if account.summed is None:
        return ""
    old, new = group.sums
    amount = _amount(new) if old == new else f"{_amount(old)} → {_amount(new)}"
    missing = max(group.missing)
    return f" with {account.summed} {amount}" + (f" ({missing:,} without)" if missing else "")


def _clauses(because: tuple[str, ...]) -> str:
    rest = len(because) - MOST_CLAUSES
    return "; ".join(because[:MOST_CLAUSES]) + (f"; {rest} more" if rest > 0 else "")


def _rules(counts: object, verb: str) -> Iterator[str]:
    from collections import Counter

    assert isinstance(counts, Counter), "rules are counted"
    for (rule, because), count in counts.most_common(MOST_LINES):
        yield f"{count:,} {verb} `{rule}`: {_clauses(because)}"


# --- the matrix --------------------------------------------------------------------------------------------------


def _ordered(account: Account) -> list[tuple[tuple[str | None, str | None], Group]]:
    last = len(account.order)

    def place(name: str | None) -> int:
        return -1 if name is None else account.order.get(name, last)

    return sorted(account.cells.items(), key=lambda item: (place(item[0][0]), str(item[0][0]), place(item[0][1])))


def _matrix(account: Account) -> list[list[str]]:
    """Return rows of old stages by columns of new ones: counts, and the sum below where one was asked for."""
    cells = _ordered(account)
    rows = list(dict.fromkeys(old for (old, _), _ in cells))
    columns = sorted({new for (_, new), _ in cells}, key=lambda name: -1 if name is None else account.order.get(name, 0))
    found = [["old ↓  new →", *(name or NOWHERE for name in columns), "all"]]
    for old in rows:
        groups = [account.cells.get((old, new)) for new in columns]
        found.append([old or NOWHERE, *("" if group is None else _count(account, group, 1) for group in groups),
                      _total(account, [group for group in groups if group is not None], 0)])  # fmt: skip
    below = [[group for (_, new), group in cells if new == column] for column in columns]
    found.append(["all", *(_total(account, groups, 1) for groups in below), _total(account, list(account.cells.values()), 1)])
    return found


def _count(account: Account, group: Group, at: int) -> str:
    return f"{group.count:,}" if account.summed is None else f"{group.count:,} ({_amount(group.sums[at])})"


def _total(account: Account, groups: Sequence[Group], at: int) -> str:
    count = sum(group.count for group in groups)
    if account.summed is None:
        return f"{count:,}"
    return f"{count:,} ({_amount(account.sum_of(groups, at))})"


def _amount(value: Number) -> str:
    """Return an amount as people write it: without zeros that say nothing."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.4f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _figures(account: Account, group: Group) -> dict[str, object]:
    found: dict[str, object] = {"records": group.count, "declared_there": group.declared, "first": list(group.keys)}
    if account.summed is not None:
        sums = {name: str(value) for name, value in zip(("old", "new"), group.sums, strict=True)}
        missing = dict(zip(("old", "new"), group.missing, strict=True))
        found["sum"] = {"of": account.summed, **sums, "missing": missing}
    return found


def _rule(name: str, because: tuple[str, ...], count: int) -> dict[str, object]:
    return {"rule": name, "because": list(because), "records": count}


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [row[0] + " " * (widths[0] - width(row[0]))]
    cells += [" " * (wide - width(cell)) + cell for cell, wide in zip(row[1:], widths[1:], strict=True)]
    return "  " + "  ".join(cells).rstrip()


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(inert, cells)) + " |"
