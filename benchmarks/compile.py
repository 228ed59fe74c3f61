"""Measures parsing and checking of large rulesets: seconds, and how the cost grows with the lines.

    python benchmarks/compile.py [--lines 1250 2500 5000 10000 20000]

The ruleset is generated: entities, definitions, scores, classifications, rules and lifecycles in the proportions of a large
company's rules. Each size is measured in a process of its own; the fastest of three runs counts.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

CHILD = """
import sys, time
from pathlib import Path
from revrules.source import Source
from revrules.parse import parse
from revrules.compiler import compile_path
path = Path(sys.argv[1])
parse(Source("warm.rev", "team a\\n"))
start = time.perf_counter(); parse(Source("rules.rev", path.read_text(encoding="utf-8"))); parsed = time.perf_counter()
compiled = compile_path(path); done = time.perf_counter()
assert compiled.ruleset is not None, [d.message for d in compiled.diagnostics][:5]
print(parsed - start, done - parsed)
"""


def block(i: int) -> list[str]:
    """Return about 50 lines: one entity with its definitions, score, classification, rule and lifecycle."""
    return [
        f"## The {i}th kind of account.",
        f"entity account_{i} key id {{",
        "  id          text required                      from crm",
        *(f'  size_{k}      integer 0..10000 as "Size {k}"       from crm  owner sales' for k in range(6)),
        '  kind        enum { software, health "Health Tech", other }  from crm  owner marketing',
        "  touched_at  datetime                           from crm  owner sales",
        "  amount      money 0..                          from crm  owner sales",
        "  claimed     enum { lead, open, won, lost }     from crm",
        "}",
        "",
        f"define good of account_{i} {{",
        "  owner marketing",
        "  means all of {",
        *(f"    c{k}:  size_{k} in {k + 1}..{5000 + i} or kind = software" for k in range(4)),
        "    fresh:  touched_at within last 90 days",
        "  }",
        "}",
        "",
        f"score fit of account_{i} 0..100 {{",
        "  owner marketing",
        "  +40 when good",
        "  +20 when size_5 > 100 and amount > 1000",
        "  -30 when kind = other",
        "}",
        "",
        f"classify segment of account_{i}, first match {{",
        "  small  when size_0 < 100",
        "  large  when size_0 >= 100",
        "}",
        "",
        f"rule valued_{i} of account_{i}, warn {{",
        '  owner sales  when claimed = won  require amount > 0  message "A won account has a value"',
        "}",
        "",
        f"lifecycle life_{i} of account_{i} {{",
        "  tracks claimed",
        "  stage lead { entry owner marketing requires { reachable: size_0 is known } }",
        "  stage open { owner sales from lead requires all of { good: good  fit: fit >= 50 } probability 20% forecast pipeline }",
        "  stage won { owner sales from open requires { amount: amount > 0 } won probability 100% forecast closed }",
        "  stage lost { owner sales from any requires { small: segment = small } lost probability 0% forecast omitted }",
        "}",
        "",
    ]


def ruleset(lines: int) -> str:
    """Return the text of a ruleset of about ``lines`` lines."""
    out = ['ruleset big { timezone "UTC" }', "team sales", "team marketing", "system crm"]
    for i in range(10**9):
        if len(out) >= lines:
            break
        out += block(i)
    return "\n".join(out) + "\n"


def main() -> None:
    """Print one row per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="*", default=[1250, 2500, 5000, 10000, 20000])
    print(f"{'lines':>7} {'kB':>7} {'parse s':>9} {'compile s':>10} {'µs per line':>12}")
    for lines in parser.parse_args().lines:
        text = ruleset(lines)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rules.rev"
            path.write_text(text, encoding="utf-8")
            runs = [
                [float(x) for x in subprocess.check_output([sys.executable, "-c", CHILD, str(path)], text=True).split()]
                for _ in range(3)
            ]
        parse, compile_ = min(run[0] for run in runs), min(run[1] for run in runs)
        count = text.count("\n")
        print(f"{count:7} {len(text) / 1000:7.0f} {parse:9.3f} {compile_:10.3f} {1e6 * compile_ / count:12.1f}")


if __name__ == "__main__":
    main()
