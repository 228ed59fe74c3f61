"""The rules of ``record.rev`` over a table, as people who know DuckDB well write them by hand: each statement gives what ours gives.

Conditions are three-valued as SQL's are; where a score lacks a value it is between two sums. A verdict accuses only where no missing
value could mend it, so the stages in which a record could end are kept as a bit set.
"""

from __future__ import annotations

import re
from itertools import product

TODAY = "DATE '2026-11-21'"
RECENT = "DATE '2026-05-25'"
"""180 days earlier."""
STAGES = ("lead", "mql", "sql", "opportunity", "proposal", "customer", "champion", "churned")
CRITERIA = {
    0: ("reachable", "permitted"),
    1: ("ideal", "engaged", "fit"),
    2: ("accepted", "fresh", "met"),
    3: ("budget", "authority", "twice"),
    4: ("sent", "decider", "priced"),
    5: ("started", "worth", "running"),
    6: ("used", "engaged", "current"),
}
"""By the number of the stage that a record is in (0: nowhere): what it needs for the next one that is not lost."""

ATOMS = f"""SELECT account_id, claimed,
  domain IS NOT NULL AS reachable, consent AS permitted,
  employees BETWEEN 50 AND 5000 AND industry IN ('software', 'fintech', 'healthtech') AND domain NOT IN ('gmail.com', 'outlook.com',
    'web.de', 'yahoo.com', 'hotmail.com', 'icloud.com', 'gmx.de', 'aol.com', 'proton.me') AS ideal,
  engagement >= 60 AS engaged,
  country IN ('DE', 'FR', 'GB', 'US') AS core, employees >= 500 AS large, industry = 'retail' AS retail, engagement >= 80 AS eager,
  accepted_on <= {TODAY} AS accepted, accepted_on BETWEEN {RECENT} AND {TODAY} AS fresh, meetings_held >= 1 AS met,
  budget >= 5000 AS budget, authority IN ('influencer', 'decider') AS authority, meetings_held >= 2 AS twice,
  proposal_on <= {TODAY} AS sent, authority = 'decider' AS decider, arr > 0 AS priced,
  contract_start <= {TODAY} AS started, arr >= 1000 AS worth, contract_end IS NULL OR contract_end >= contract_start AS running,
  usage >= 0.6 AS used, engagement >= 70 AS keen, contract_end IS NULL OR contract_end >= {TODAY} AS current,
  contract_end < {TODAY} AS ended, usage < 0.2 AS unused
FROM {{data}}"""

SCORED = """SELECT *,
  CASE
    WHEN ideal AND core AND large AND NOT retail THEN TRUE
    WHEN least(100, 40 * coalesce(ideal, FALSE)::INT + 20 * coalesce(core, FALSE)::INT + 20 * coalesce(large, FALSE)::INT
      - 30 * coalesce(retail, TRUE)::INT + 20 * coalesce(eager, FALSE)::INT) >= 50 THEN TRUE
    WHEN 40 * coalesce(ideal, TRUE)::INT + 20 * coalesce(core, TRUE)::INT + 20 * coalesce(large, TRUE)::INT
      - 30 * coalesce(retail, FALSE)::INT + 20 * coalesce(eager, TRUE)::INT < 50 THEN FALSE
  END AS fit
FROM ({atoms}{fence}) AS atoms"""

GATES = """SELECT *, reachable AND permitted AS g1, ideal AND engaged AND fit AS g2, accepted AND fresh AND met AS g3,
  budget AND authority AND twice AS g4, sent AND decider AND priced AS g5, started AND worth AND running AS g6,
  used AND keen AND current AS g7, ended AND unused AS g8
FROM ({scored}{fence}) AS scored"""

STAGED = """SELECT *,
  CASE WHEN NOT coalesce(g1, FALSE) THEN 0 WHEN NOT coalesce(g2, FALSE) THEN 1 WHEN NOT coalesce(g3, FALSE) THEN 2
    WHEN NOT coalesce(g4, FALSE) THEN 3 WHEN NOT coalesce(g5, FALSE) THEN 4 WHEN NOT coalesce(g6, FALSE) THEN 5
    WHEN g7 THEN 7 WHEN g8 THEN 8 ELSE 6 END AS s
FROM ({gates}{fence}) AS gates"""


def _masks() -> str:
    """Return the unmet criteria as a bit set: of the next stage of the one that the record is in."""
    names = {5: {"running": "running"}, 6: {"engaged": "keen"}}
    parts = []
    for stage, criteria in CRITERIA.items():
        bits = [
            f"(NOT coalesce({names.get(stage, {}).get(name, name)}, TRUE))::INT * {1 << at}" for at, name in enumerate(criteria)
        ]
        parts.append(f"WHEN {stage} THEN {' + '.join(bits)}")
    return f"CASE s {' '.join(parts)} ELSE 0 END"


def _ends() -> str:
    """Return the stages in which the record could end as a bit set, nowhere being the first bit."""
    lines = ["(NOT coalesce(g1, FALSE))::INT"]
    reached = "coalesce(g1, TRUE)"
    for stage in range(1, 6):
        lines.append(f"({reached} AND NOT coalesce(g{stage + 1}, FALSE))::INT * {1 << stage}")
        reached += f" AND coalesce(g{stage + 1}, TRUE)"
    lines.append(f"({reached} AND NOT coalesce(g7, FALSE) AND NOT coalesce(g8, FALSE))::INT * 64")
    lines.append(f"({reached} AND coalesce(g7, TRUE))::INT * 128")
    lines.append(f"({reached} AND NOT coalesce(g7, FALSE) AND coalesce(g8, TRUE))::INT * 256")
    return " + ".join(lines)


def _verdict() -> str:
    """Return the verdict: of the stage that is certain, or of all that are possible."""
    branches = []
    for d, name in enumerate(STAGES, 1):
        before = sum(1 << s for s in range(1, min(d, 7)))
        after = sum(1 << s for s in range(d + 1, 9)) if d < 7 else 0
        rest = 510 & ~before & ~after & ~(1 << d)
        elsewhere = f" WHEN ends & {~rest & 511} = 0 THEN 'elsewhere'" if rest else ""
        behind = f" WHEN ends & {~after & 511} = 0 THEN 'behind'" if after else ""
        ahead = f" WHEN ends & {~before & 511} = 0 THEN 'ahead'" if before else ""
        branches.append(
            f"WHEN '{name}' THEN CASE WHEN s = {d} THEN 'in_stage'{ahead}{behind}{elsewhere} WHEN ends = 1 THEN 'nowhere' ELSE 'cannot_tell' END"
        )
    return f"CASE claimed {' '.join(branches)} ELSE 'undeclared' END"


def statement(data: str, blockers: str, array: str = "[") -> str:
    """Return the statement over ``data``, a file or a table; ``blockers``: list, obvious (a list put together), mask or none.

    Postgres would write every column of an inner query wherever it is read, unless ``OFFSET 0`` stands in between.
    """
    fence = " OFFSET 0" if array == "ARRAY[" else ""
    scored = SCORED.format(atoms=ATOMS.format(data=_source(data)), fence=fence)
    staged = STAGED.format(gates=GATES.format(scored=scored, fence=fence), fence=fence)
    stage = f"CASE s {' '.join(f'WHEN {n} THEN {name!r}' for n, name in enumerate(STAGES, 1))} END AS stage"
    inner = f"SELECT account_id, claimed, s, {_ends()} AS ends, {_masks()} AS mask FROM ({staged}{fence}) AS staged"
    told = {"list": f"{_looked_up(array)} AS blockers", "obvious": f"{_put_together()} AS blockers", "mask": "mask AS blockers"}
    columns = ["account_id", stage, f"{_verdict()} AS verdict", *([told[blockers]] if blockers in told else [])]
    return f"SELECT {', '.join(columns)} FROM ({inner}{fence}) AS placed"


def _looked_up(array: str) -> str:
    """Return the names of the bits: one constant list of lists, eight entries for each stage; elsewhere a CASE over both."""
    lists = []
    for stage in range(9):
        criteria = CRITERIA.get(stage, ())
        for bits in product((0, 1), repeat=3):
            chosen = [name for name, bit in zip(criteria, reversed(bits), strict=False) if bit]
            lists.append(", ".join(map(repr, chosen)))
    if array == "[":
        return f"[{', '.join(f'[{names}]::VARCHAR[]' for names in lists)}][s * 8 + mask + 1]"
    end = ")" if array.endswith("(") else "]"
    branches = " ".join(f"WHEN {at} THEN {array}{names}{end}" for at, names in enumerate(lists) if names)
    return f"CASE s * 8 + mask {branches} ELSE {_empty(array)} END"


def _put_together() -> str:
    parts = []
    for stage, criteria in CRITERIA.items():
        items = ", ".join(f"CASE WHEN mask & {1 << at} <> 0 THEN '{name}' END" for at, name in enumerate(criteria))
        parts.append(f"WHEN {stage} THEN list_filter([{items}], lambda x: x IS NOT NULL)")
    return f"CASE s {' '.join(parts)} ELSE []::VARCHAR[] END"


def floor(data: str, blockers: str) -> str:
    """Return a statement that reads the same columns and writes the same shape, without rules."""
    columns = (
        "domain", "employees", "country", "industry", "engagement", "consent", "meetings_held", "budget", "authority", "accepted_on",
        "proposal_on", "contract_start", "contract_end", "arr", "usage",
    )  # fmt: skip
    missing = " + ".join(f"({name} IS NULL)::INT" for name in columns)
    lists = "CASE WHEN n > 3 THEN ['ideal', 'engaged', 'fit'] WHEN n > 1 THEN ['ideal', 'fit'] ELSE ['fit'] END"
    told = {"list": f", {lists} AS blockers", "mask": ", n AS blockers", "none": ""}[blockers]
    verdict = "CASE WHEN n > 2 THEN 'ahead' ELSE 'in_stage' END AS verdict"
    return f"SELECT account_id, claimed AS stage, {verdict}{told} FROM (SELECT account_id, claimed, {missing} AS n FROM {_source(data)})"


CSV_TYPES = (
    "'account_id': 'VARCHAR', 'domain': 'VARCHAR', 'employees': 'BIGINT', 'country': 'VARCHAR', 'industry': 'VARCHAR', 'engagement': 'BIGINT',"
    " 'consent': 'BOOLEAN', 'meetings_held': 'BIGINT', 'budget': 'DECIMAL(18, 4)', 'authority': 'VARCHAR', 'accepted_on': 'DATE',"
    " 'proposal_on': 'DATE', 'contract_start': 'DATE', 'contract_end': 'DATE', 'arr': 'DECIMAL(18, 4)', 'usage': 'DOUBLE', 'claimed': 'VARCHAR'"
)


def _source(data: str) -> str:
    """Return what reads a file: of a CSV file the types are told, which is what DuckDB reads fastest. A table is its name."""
    if "." not in data:
        return data
    if data.endswith(".csv"):
        return f"read_csv('{data}', columns = {{{CSV_TYPES}}}, auto_detect = false, header = true)"
    return f"read_parquet('{data}')"


RELATED = """SELECT account_id, stage, CASE stage WHEN 'lead' THEN {met} WHEN 'met' THEN {warm} WHEN 'warm' THEN {nothing} ELSE {lead} END AS blockers
FROM (
  SELECT *, CASE WHEN NOT reachable THEN NULL WHEN NOT coalesce(held AND long, FALSE) THEN 'lead'
    WHEN NOT coalesce(fresh AND often, FALSE) THEN 'met' ELSE 'warm' END AS stage
  FROM (
    SELECT a.account_id, domain IS NOT NULL AS reachable,
      CASE WHEN m.held_for_sure >= 1 THEN TRUE WHEN coalesce(m.held_perhaps, 0) = 0 THEN FALSE END AS held,
      coalesce(m.minutes, 0) >= 600 AS long,
      m.latest BETWEEN TIMESTAMP '2026-10-22 09:00:00' AND TIMESTAMP '2026-11-21 09:00:00' AS fresh,
      CASE WHEN m.demos >= 3 THEN TRUE WHEN coalesce(m.demos_perhaps, 0) < 3 THEN FALSE END AS often
    FROM {accounts} a LEFT JOIN (
      SELECT account_id,
        sum(CASE WHEN kind = 'discovery' AND held_at BETWEEN {since} AND {now} THEN 1 ELSE 0 END) AS held_for_sure,
        sum(CASE WHEN kind <> 'discovery' OR NOT held_at BETWEEN {since} AND {now} THEN 0 ELSE 1 END) AS held_perhaps,
        sum(minutes) AS minutes, max(held_at) AS latest,
        sum(CASE WHEN kind = 'demo' THEN 1 ELSE 0 END) AS demos, sum(CASE WHEN kind <> 'demo' THEN 0 ELSE 1 END) AS demos_perhaps
      FROM {meetings} GROUP BY account_id
    ) m ON m.account_id = a.account_id
  ) AS judged
) AS staged"""


def related(accounts: str, meetings: str, array: str) -> str:
    """Return the statement for the rules about meetings; ``array`` is how the dialect begins an array: ``[``, ``ARRAY[``, ``ARRAY(``."""
    end = ")" if array.endswith("(") else "]"

    def lists(*names: str) -> str:
        branches = []
        for bits in product((True, False), repeat=len(names)):
            told = [f"{name} IS FALSE" if bit else f"({name}) IS NOT FALSE" for name, bit in zip(names, bits, strict=True)]
            unmet = ", ".join(repr(name) for name, bit in zip(names, bits, strict=True) if bit)
            branches.append(f"WHEN {' AND '.join(told)} THEN {array}{unmet}{end}" if unmet else "")
        return f"CASE {' '.join(branches)} ELSE {_empty(array)} END"

    since, now = "TIMESTAMP '2026-05-25 09:00:00'", "TIMESTAMP '2026-11-21 09:00:00'"
    return RELATED.format(
        accounts=accounts, meetings=meetings, since=since, now=now, met=lists("held", "long"), warm=lists("fresh", "often"),
        lead=f"{array}'reachable'{end}", nothing=_empty(array),
    )  # fmt: skip


def _empty(array: str) -> str:
    return {"[": "[]::VARCHAR[]", "ARRAY[": "ARRAY[]::TEXT[]", "ARRAY(": "CAST(ARRAY() AS ARRAY<STRING>)"}[array]


VERDICTS = ("in_stage", "ahead", "behind", "elsewhere", "nowhere", "cannot_tell", "undeclared")


def members(data: str, blockers: str) -> str:
    """Return the same statement with the names as members of enums, which DuckDB writes faster; the file holds texts all the same."""
    text = statement(data, blockers)
    inner, told = text[text.index(" FROM (") :], text[: text.index(" FROM (")]
    for names in (STAGES, VERDICTS):
        enum = f"ENUM({', '.join(map(repr, names))})"
        for name in names:
            told = re.sub(rf"(THEN|ELSE) '{name}'", rf"\1 '{name}'::{enum}", told)
    criteria = f"ENUM({', '.join(sorted({repr(name) for names in CRITERIA.values() for name in names}))})"
    return told.replace("VARCHAR[]", f"{criteria}[]") + inner


def related_parquet(folder: str, _: str) -> str:
    """Return the statement for DuckDB over the Parquet files of a folder."""
    return related(f"read_parquet('{folder}/holders.parquet')", f"read_parquet('{folder}/meetings.parquet')", "[")
