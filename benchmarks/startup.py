"""Measures what a command costs from a cold start, as CPU time in ratios to ``python -c pass`` run beside it.

    python benchmarks/startup.py [--rounds 15]

Rounds are interleaved (each contender once a round, in turn), medians are compared. CPU time is user plus system time of
the child process, so that a busy machine changes it little.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "benchmarks" / "record.rev"
RECORD = '{"account_id": "A-1", "domain": "pay.example", "employees": 240, "engagement": 71}\n'


def cpu_ms(command: list[str], environment: dict[str, str]) -> float:
    """Return the CPU milliseconds of one run of ``command``, which must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed with {done.returncode}:\n{done.stderr}")
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def hundred_definitions(folder: Path) -> Path:
    """Write a ruleset of 100 definitions and a lifecycle that uses them; return its path."""
    path = folder / "hundred.rev"
    lines = ['ruleset hundred { timezone "UTC" }', "team sales", "system crm", "entity account key account_id {"]
    lines += ["  account_id text required from crm"]
    lines += [f"  f{i} integer 0..1000 from crm" for i in range(20)]
    lines += ["}"]
    for i in range(100):
        lines += [
            f"define d{i} of account {{ owner sales means all of {{ a: f{i % 20} >= {i}  b: f{(i + 7) % 20} < {900 - i} }} }}"
        ]
    uses = "  ".join(f"c{i}: d{i}" for i in range(100))
    lines += [
        "lifecycle l of account {",
        "  stage first { entry owner sales requires { known: f0 is known } }",
        f"  stage last {{ owner sales from first requires all of {{ {uses} }} won probability 100% }}",
        "  stage lost { owner sales from first requires { gone: f1 = 0 } lost }",
        "}",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def main() -> None:
    """Run the rounds and print a table of medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    revrules = str(Path(sys.executable).with_name("revrules"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = folder / "record.json"
        record.write_text(RECORD, encoding="utf-8")
        hundred = hundred_definitions(folder)
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment["REVRULES_CACHE_DIR"] = str(folder / "cache")
        contenders = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "revrules --help": [revrules, "--help"],
            "evaluate, one JSON record": [revrules, "evaluate", str(RULES), str(record)],
            "why, one JSON record": [revrules, "why", str(RULES), str(record)],
            "check --no-proofs, 100 definitions": [revrules, "check", "--no-proofs", "--fail-on", "error", str(hundred)],
        }
        for command in contenders.values():  # the second run is what is measured: bytecode and caches are there
            cpu_ms(command, environment)
        times: dict[str, list[float]] = {label: [] for label in contenders}
        for _ in range(rounds):
            for label, command in contenders.items():
                times[label].append(cpu_ms(command, environment))
    floor = median(times["python -c pass"])
    print(f"{'what':38} {'CPU ms':>8} {'ratio':>7}")
    for label, values in times.items():
        print(f"{label:38} {median(values):8.1f} {median(values) / floor:7.2f}")


if __name__ == "__main__":
    main()
