"""The headings and some rows of an export into a first ruleset, with a line of reason for every guess."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from revrules.starter.columns import Guess, guess_column
from revrules.starter.dates import is_day_first
from revrules.starter.lifecycle import lifecycle_text, lifecycle_without_stages
from revrules.starter.stages import MOST_STAGES, OUTCOMES, TRACKED
from revrules.starter.words import Names, comment, plain_name, quoted, written

if TYPE_CHECKING:
    from collections.abc import Sequence

ENTITIES = (
    "opportunity",
    "deal",
    "lead",
    "contact",
    "account",
    "company",
    "customer",
    "ticket",
    "person",
    "prospect",
    "user",
    "subscription",
)
KEY_ENDS = re.compile(r"(?:^|_)(?:id|key|guid|uuid|number|code|nr|nummer)$")
MOSTLY = 0.95
"""The part of the rows in which a column called an id must differ to be the key of an export that repeats some rows."""
PLURAL_Y = re.compile(r"ies$")


class Column(NamedTuple):
    """A column that becomes a field: its name, heading, position, cells of the sample, and what it seems to hold."""

    name: str
    heading: str
    position: int
    cells: list[str]
    guess: Guess


class Proposal(NamedTuple):
    """A first ruleset: its text, and in plain words what was guessed (for the terminal)."""

    text: str
    guesses: tuple[str, ...]


def propose(headings: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> Proposal:
    """Return a ruleset for an export called ``name`` with these headings and (some of) these rows, cells as written.

    The result compiles, whatever the headings are, and can be run on the export that it was made from.
    """
    columns, left_out = _columns(headings, rows)
    tracked = _tracked(columns)
    key = _key([column for column in columns if column is not tracked])
    entity = _entity_name(name, key)
    if tracked is not None:
        tracked = _as_stages(tracked)
        columns = [tracked if column.position == tracked.position else column for column in columns]
    member_names = {column.name: _member_names(column.guess.members) for column in columns if column.guess.type == "enum"}
    body = (
        lifecycle_text(entity, tracked, columns, member_names[tracked.name])
        if tracked is not None
        else lifecycle_without_stages(entity, key, _outcome(columns))
    )
    parts = [_header(name, entity), _entity(entity, key, columns, left_out, member_names), body]
    return Proposal("\n".join(parts), _told(entity, key, tracked, columns))


def _columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[Column], list[str]]:
    """Return the columns that can be fields, and a comment for each one that cannot."""
    counts = Counter(headings)
    names = Names()
    day_first = _day_first(headings, rows)
    columns, left_out = [], []
    for position, heading in enumerate(headings):
        if not heading.strip():
            left_out.append(f"column {position + 1} has no heading and is left out")
        elif counts[heading] > 1:
            left_out.append(
                f"{counts[heading]} columns are called {comment(heading)}: rename them apart in the export to use them"
            )
        else:
            cells = [row[position] for row in rows if position < len(row)]
            guess = guess_column(heading, cells, day_first=day_first)
            columns.append(Column(names.new(heading, f"column_{position + 1}"), heading, position, cells, guess))
    return columns, list(dict.fromkeys(left_out))


def _day_first(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bool | None:
    """Return what the dates of the whole export prove about the order of day and month, if they agree."""
    proofs = set()
    for position in range(len(headings)):
        counts = Counter(text for row in rows if position < len(row) and (text := row[position].strip()))
        proofs.add(is_day_first(counts))
    proofs.discard(None)
    return proofs.pop() if len(proofs) == 1 else None


def _key(columns: Sequence[Column]) -> Column | None:
    """Return the column that can tell the records apart: unique, never empty; one that is called an id, else the first text.

    The first column may repeat itself in a few rows where it is called an id: exports have doubles.
    """
    filled = [column for column in columns if column.cells and all(map(str.strip, column.cells))]
    fitting = [column for column in filled if column.guess.type in ("text", "integer") and not _repeated(column)]
    named = [column for column in fitting if KEY_ENDS.search(column.name)]
    if named:
        return min(named, key=lambda column: (column.position > 2, not column.name.endswith("id"), column.position))
    first = next((column for column in filled if column.position == 0 and KEY_ENDS.search(column.name)), None)
    if first is not None and _repeated(first) <= len(first.cells) * (1 - MOSTLY):
        return first
    if not columns or any(column.cells for column in columns):
        return next((column for column in fitting if column.guess.type == "text" and column.position < 3), None)
    return next((column for column in columns if KEY_ENDS.search(column.name)), None)  # headings alone


def _repeated(column: Column) -> int:
    """Return how many cells repeat one that stood before."""
    return len(column.cells) - len({cell.strip() for cell in column.cells})


def _tracked(columns: Sequence[Column]) -> Column | None:
    """Return the column that looks like the stage that a CRM claims."""

    def can_be(column: Column) -> bool:
        texts = {cell.strip() for cell in column.cells} - {"", *column.guess.stand_ins}
        return (
            column.guess.type in ("text", "enum", "integer")
            and 1 < len(texts) <= MOST_STAGES
            and len(texts) * 2 <= max(len(column.cells), 4)
        )

    candidates = [column for column in columns if can_be(column)]
    plain = {column.position: plain_name(column.heading).replace("_", " ") for column in candidates}
    for wanted in TRACKED:
        found = next((column for column in candidates if plain[column.position] in (wanted, f"property {wanted}")), None)
        if found is not None:
            return found
    for word in ("stage", "status"):
        found = next((column for column in candidates if plain[column.position].split()[-1:] == [word]), None)
        if found is not None:
            return found
    return None


def _as_stages(column: Column) -> Column:
    """Return ``column`` with every text of it as a member of an enum."""
    texts = (cell.strip() for cell in column.cells)
    members = tuple(dict.fromkeys(text for text in texts if text and text not in column.guess.stand_ins))
    return column._replace(
        guess=column.guess._replace(type="enum", form="", members=members, why="the stage that the CRM claims")
    )


def _outcome(columns: Sequence[Column]) -> Column | None:
    """Return a truth value that tells how it ended, where no stage is claimed."""
    plain = {plain_name(column.heading).replace("_", " "): column for column in columns if column.guess.type == "boolean"}
    return next((plain[word] for word in OUTCOMES if word in plain), None)


def _entity_name(name: str, key: Column | None) -> str:
    """Return what one record is called, by the name of the file or of the key."""
    words = [*plain_name(name).split("_"), *(key.name.split("_") if key is not None else ())]
    singular = {PLURAL_Y.sub("y", word) if word.endswith("ies") else word.removesuffix("s") for word in words} | set(words)
    by_key = key.name.removesuffix("_id") if key is not None and key.name.endswith("_id") else ""
    if by_key in ENTITIES:
        return by_key
    return next((entity for entity in ENTITIES if entity in singular), "record")


def _header(name: str, entity: str) -> str:
    return f"""\
# A first ruleset, guessed from the export {comment(name)}.
# Every guess has a line that says why: read them, and change what is wrong. Then:
#   revrules check .            what is still open
#   revrules evaluate . FILE    where every record stands
#   revrules why . FILE KEY     one record in words

ruleset {plain_name(name) or entity}_lifecycle {{
  title "Where every {entity} stands, and why"
}}
"""


def _entity(
    entity: str, key: Column | None, columns: Sequence[Column], left_out: Sequence[str], members: dict[str, dict[str, str]]
) -> str:
    lines = [f"## One row of the export is one {entity}."]
    if key is None:
        lines.append("# No column has a different value in every row: without a key, doubles cannot be found.")
    lines.append(
        f"entity {written(entity)} {quoted(entity.capitalize())}{f' key {written(key.name)}' if key is not None else ''} {{"
    )
    for text in left_out:
        lines.append(f"  # {text}")
    for column in columns:
        lines += _field(column, members.get(column.name, {}), is_key=key is not None and column.position == key.position)
    return "\n".join([*lines, "}", ""])


def _field(column: Column, members: dict[str, str], *, is_key: bool) -> list[str]:
    guess = column.guess
    type_ = guess.type
    if type_ == "enum":
        listed = ", ".join(name if name == label else f"{name} {quoted(label)}" for label, name in members.items())
        type_ = f"enum {{ {listed} }}"
    if is_key:
        doubles = _doubles(column)
        guess = Guess(
            "text", why="different in nearly every row: the key" if doubles else "different in every row: the key", ask=doubles
        )
        type_ = "text required"
    words = [written(column.name), type_]
    if column.heading != column.name:
        words.append(f"as {quoted(column.heading)}")
    if guess.form:
        words.append(f"in {guess.form}")
    if guess.stand_ins:
        words.append("missing when " + ", ".join(map(quoted, guess.stand_ins)))
    lines = [f"  ## {comment(guess.why)}." if guess.why else ""]
    if guess.ask:
        lines.append(f"  # Please check: {comment(guess.ask)}")
    return [line for line in (*lines, "  " + " ".join(words)) if line]


def _doubles(key: Column) -> str:
    """Return what is to be asked about a key that is not different in every row."""
    if not (doubles := _repeated(key)):
        return ""
    return f"{doubles:,} of {len(key.cells):,} rows repeat a key that stood before; an evaluation places them all, and lists them"


def _member_names(members: Sequence[str]) -> dict[str, str]:
    """Return the name of each member of an enum, by its text."""
    names = Names()
    by_itself = sorted(members, key=lambda label: plain_name(label) != label)  # `ja "Ja", ja_2 "ja"` would say `ja` twice
    found = {label: written(names.new(label, f"member_{members.index(label) + 1}")) for label in by_itself}
    return {label: found[label] for label in members}


def _told(entity: str, key: Column | None, tracked: Column | None, columns: Sequence[Column]) -> tuple[str, ...]:
    """Return what was guessed, for the terminal."""
    types = Counter(column.guess.type for column in columns)
    told = [f"{len(columns)} columns: " + ", ".join(f"{count} {type_}" for type_, count in types.most_common())]
    doubles = f" (please check: {_doubles(key).partition(';')[0]})" if key is not None and _doubles(key) else ""
    told.append(
        f"one row is one {entity}; "
        + (f"its key is {comment(key.heading)}{doubles}" if key is not None else "no column can be its key")
    )
    told.append(
        f"the stage that the CRM claims is in {comment(tracked.heading)}"
        if tracked is not None
        else "no column looks like a stage"
    )
    asked = [column.heading for column in columns if column.guess.ask]
    if asked:
        told.append("please check how these dates are written: " + ", ".join(map(comment, asked)))
    return tuple(told)
