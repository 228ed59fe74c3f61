"""Measures decision tables: generated Python beside a loop over the rows, a chain of ifs and zen-engine, with the same answers.

    python benchmarks/decision_tables.py [--records 300] [--seed 1] [--update]

Each table is compiled, loaded and asked; all answers are compared before anything is timed. The records have a value for every
column, since only revrules says what a missing one means; it is measured with missing values as well. ``--update`` writes the
table into ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from random import Random
from statistics import median
from time import thread_time
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    Record = dict[str, object]

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SIZES = ((100, 5), (1_000, 9), (3_000, 13), (20_000, 9))
COUNTRIES = tuple(f"c{n:02}" for n in range(40))
KINDS = ("integer", "text", "money", "text", "integer", "boolean")
HEAD = "| rows × columns | compile, s | load, s | memory, MB | revrules, µs | some missing, µs | ifs, µs | loop, µs | zen, µs |"
ROUNDS = 5


class Table:
    """A random table, first match, in which records find their row far down or nowhere."""

    def __init__(self, rows: int, columns: int, seed: int) -> None:
        random = Random(seed)
        self.fields = [(f"f{n}", KINDS[n % len(KINDS)]) for n in range(columns)]
        self.rows = [(self._cells(random), f"o{random.randint(0, 50)}") for _ in range(rows)]

    def _cells(self, random: Random) -> list[object]:
        """Return a row: None for any, (low, high) for a range, a tuple of texts, a truth value."""
        return [None if random.random() < 0.45 else self._cell(kind, random) for _, kind in self.fields]

    def _cell(self, kind: str, random: Random) -> object:
        if kind == "text":
            return random.sample(COUNTRIES, random.randint(1, 6))
        if kind == "boolean":
            return random.random() < 0.5
        low = random.randint(0, 80_000)
        return low, low + random.randint(1_000, 40_000)

    def ruleset(self) -> str:
        """Return the ruleset around the file."""
        declared = "".join(f"  {name} {kind}\n" for name, kind in self.fields)
        head = f'team ops "Operations"\nentity a key id {{\n  id text\n{declared}}}\n'
        table = 'classify out of a, first match from "t.csv" { owner ops  otherwise nothing }\n'
        stage = f'stage one {{ entry owner ops  requires {{ is: out = "{self.rows[0][1]}" }} }}'
        return f"{head}{table}lifecycle l of a {{ {stage} }}\n"

    def file(self) -> str:
        """Return the file."""
        lines = [";".join([*(name for name, _ in self.fields), "out"])]
        lines += [";".join([*map(written, cells), output]) for cells, output in self.rows]
        return "\n".join(lines)

    def records(self, count: int, seed: int, missing: float = 0.0) -> list[Record]:
        """Return records with values of their types."""
        random = Random(seed)
        return [
            {name: None if random.random() < missing else value(kind, random) for name, kind in self.fields} for _ in range(count)
        ]


def written(cell: object) -> str:
    """Return a cell as the file has it."""
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return f"{cell[0]}..{cell[1]}"
    return ", ".join(cell) if isinstance(cell, list) else "yes" if cell else "no"


def value(kind: str, random: Random) -> object:
    """Return a value of a field."""
    number = random.randint(0, 120_000)
    texts = {
        "text": random.choice(COUNTRIES),
        "boolean": random.random() < 0.5,
        "money": Decimal(number).quantize(Decimal("0.0001")),
    }
    return texts.get(kind, number)


# --- contenders --------------------------------------------------------------------------------------------------


def loop(table: Table) -> Callable[[Record], object]:
    """Return the loop over the rows that a careful person writes: only what a row asks, and no further than its first no."""
    rows = []
    for cells, output in table.rows:
        asked = [
            (name, frozenset(c) if isinstance(c, list) else c)
            for (name, _), c in zip(table.fields, cells, strict=True)
            if c is not None
        ]
        rows.append((asked, output))

    def fulfils(seen: object, cell: object) -> bool:
        if isinstance(cell, tuple):
            return bool(cell[0] <= seen <= cell[1])
        return seen in cell if isinstance(cell, frozenset) else seen is cell

    def answer(record: Record) -> object:
        for asked, output in rows:
            if all(fulfils(record[name], cell) for name, cell in asked):
                return output
        return "nothing"

    return answer


def chain(table: Table) -> Callable[[Record], object]:
    """Return a function with one ``if`` for each row."""
    lines = ["def answer(r):", *(f"    {name} = r[{name!r}]" for name, _ in table.fields)]
    for cells, output in table.rows:
        tests = [condition(name, cell) for (name, _), cell in zip(table.fields, cells, strict=True) if cell is not None]
        lines += [f"    if {' and '.join(tests) or 'True'}:", f"        return {output!r}"]
    lines.append("    return 'nothing'")
    found: dict[str, object] = {}
    exec("\n".join(lines), found)
    return cast("Callable[[Record], object]", found["answer"])


def condition(name: str, cell: object) -> str:
    """Return the test of one cell."""
    if isinstance(cell, tuple):
        return f"{cell[0]} <= {name} <= {cell[1]}"
    return f"{name} in {set(cell)!r}" if isinstance(cell, list) else f"{name} is {cell}"


def zen_engine(table: Table) -> Callable[[Record], object]:
    """Return zen-engine's answer, from a decision graph with one table."""
    import zen

    inputs = [{"id": name, "name": name, "type": "expression", "field": name} for name, _ in table.fields]
    rules = [
        {"_id": str(n), "out": f'"{output}"', **{name: unary(cell) for (name, _), cell in zip(table.fields, cells, strict=True)}}
        for n, (cells, output) in enumerate(table.rows)
    ]
    content = {"hitPolicy": "first", "inputs": inputs, "outputs": [{"id": "out", "name": "out", "field": "out"}], "rules": rules}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": content, "position": {"x": 1, "y": 0}},
        {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}},
    ]
    edges = [{"id": f"{a}{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in (("in", "table"), ("table", "out"))]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def answer(record: Record) -> object:
        return decision.evaluate(record)["result"].get("out", "nothing")

    return answer


def unary(cell: object) -> str:
    """Return a cell as zen-engine writes it."""
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return f"[{cell[0]}..{cell[1]}]"
    return ", ".join(f"'{text}'" for text in cell) if isinstance(cell, list) else str(cell).lower()


# --- measuring ---------------------------------------------------------------------------------------------------


def micros(answer: Callable[[Record], object], records: list[Record]) -> float:
    """Return the median over the rounds of the mean time of an answer, in µs of CPU time."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        started = thread_time()
        for record in records:
            answer(record)
        times.append((thread_time() - started) / len(records) * 1e6)
    return median(times)


def measure(rows: int, columns: int, count: int, seed: int) -> str:
    """Return the line of one table."""
    import revrules
    from revrules.backends.program import Program, ValueProgram
    from revrules.backends.python import generate_lifecycle, generate_value

    table = Table(rows, columns, seed)
    revrules.loads(Table(2, columns, seed).ruleset(), {"t.csv": Table(2, columns, seed).file()})
    started = thread_time()
    ruleset = revrules.loads(table.ruleset(), {"t.csv": table.file()}).ir
    compiling = thread_time() - started
    text = generate_lifecycle(ruleset, "l")
    before = resident()
    started = thread_time()
    bound = Program.from_source(text).bind(NOW)
    loading = thread_time() - started
    memory = resident() - before
    records = table.records(count, seed + 1)
    checked = ValueProgram(generate_value(ruleset, "a.out")).bind(NOW)
    few = records[: max(20, count // 10)]
    contenders = {"ifs": chain(table), "loop": loop(table)}
    if find_spec("zen") is not None and rows <= 3_000:
        contenders["zen"] = zen_engine(table)
    for name, answer in contenders.items():
        for record in few:
            given = plain(record) if name == "zen" else record
            assert answer(given) == checked(record), f"{name} answers otherwise"
    for record in few:
        assert (bound.stage(record) == "one") is (checked(record) == table.rows[0][1]), "the stage answers otherwise"
    found = [micros(bound.stage, records), micros(bound.stage, table.records(count, seed + 2, 0.1))]
    others = [
        f"{micros(contenders[name], [plain(r) if name == 'zen' else r for r in few]):,.0f}" if name in contenders else "–"
        for name in ("ifs", "loop", "zen")
    ]
    size = [f"{rows:,} × {columns}", f"{compiling:.2f}", f"{loading:.2f}", f"{memory:.0f}"]
    return f"| {' | '.join([*size, *(f'{each:.1f}' for each in found), *others])} |"


def plain(record: Record) -> Record:
    """Return a record of plain values: amounts as doubles."""
    return {name: float(each) if isinstance(each, Decimal) else each for name, each in record.items()}


def resident() -> float:
    """Return the memory of this process in MB, as far as the system tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError):
        return 0.0
    return pages * 4096 / 1e6


def main() -> None:
    """Measure every size in a process of its own, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--update", action="store_true", help="write the table into benchmarks/README.md")
    parser.add_argument("--size", nargs=2, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.size:
        rows, columns = options.size
        print(measure(rows, columns, options.records, options.seed))
        return
    lines = [HEAD, "|---" * 9 + "|"]
    for rows, columns in SIZES:
        command = [sys.executable, __file__, "--size", str(rows), str(columns), "--records", str(options.records)]
        done = subprocess.run([*command, "--seed", str(options.seed)], capture_output=True, text=True, check=True)
        lines.append(done.stdout.strip())
        print(lines[-1], flush=True)
    if options.update:
        page = HERE / "README.md"
        head, _, rest = page.read_text(encoding="utf-8").partition("<!-- decision tables -->\n")
        _, mark, tail = rest.partition("<!-- end of decision tables -->")
        page.write_text(f"{head}<!-- decision tables -->\n{chr(10).join(lines)}\n{mark}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
