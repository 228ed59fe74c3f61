"""The lifecycle over a table for engines that are no databases, for scale: each gives the stage and the unmet criteria, no verdict.

They get what is needed ready made: missing values as NaN or -1 that no comparison holds of, texts as numbers, days as days.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import tables_baseline
from record_peers import expression, in_words, plain

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

NUMBERS = ("employees", "engagement", "meetings_held", "budget", "arr", "usage")
DAYS = ("accepted_on", "proposal_on", "contract_start", "contract_end")
WORDS: dict[str, tuple[str, ...]] = {
    "domain": ("gmail.com", "outlook.com", "web.de", "yahoo.com", "hotmail.com", "icloud.com", "gmx.de", "aol.com", "proton.me"),
    "country": ("DE", "FR", "GB", "US"),
    "industry": ("software", "fintech", "healthtech", "retail", "other"),
    "authority": ("user", "influencer", "decider"),
}
"""Texts as numbers: the place in these, 0 for any other, -1 where there is none."""
PERIOD = "2026-11-21"


def by_zen_batch(folder: Path, today: date, sample: int) -> None:
    """Evaluate a sample of the accounts with one batch call of zen-engine: one expression in a decision graph."""
    import duckdb
    import zen

    place = {"x": 0, "y": 0}
    said = {"expressions": [{"id": "1", "key": "answer", "value": in_words(expression(2))}]}
    nodes: list[dict[str, Any]] = [
        {"id": "in", "name": "in", "type": "inputNode", "position": place},
        {"id": "rules", "name": "rules", "type": "expressionNode", "position": place, "content": said},
        {"id": "out", "name": "out", "type": "outputNode", "position": place},
    ]
    ways = (("in", "rules"), ("rules", "out"))
    edges = [{"id": source, "sourceId": source, "targetId": target, "type": "edge"} for source, target in ways]
    graph = json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})
    engine = zen.ZenEngine({"loader": lambda _: graph})
    rows = duckdb.connect().execute(f"SELECT * FROM '{folder}/accounts.parquet' LIMIT {sample}")
    names = [column[0] for column in rows.description or ()]
    while batch := rows.fetchmany(10_000):
        asked: Any = [{"key": "rules", "context": plain(dict(zip(names, row, strict=True)), today)} for row in batch]
        answers = engine.evaluate_batch(asked)
        assert all(answer["success"] for answer in answers), "zen-engine refuses a record"


def by_openfisca(folder: Path, today: date, recent: date) -> None:
    """Evaluate all accounts with openfisca-core: a variable for each criterion, vectors of numpy."""
    import duckdb
    import numpy as np
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import ETERNITY
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    account = build_entity(key="account", plural="accounts", label="accounts", is_person=True)
    common: dict[str, Any] = {"entity": account, "definition_period": ETERNITY}
    formulas = _formulas(np, today.toordinal(), recent.toordinal())
    system = TaxBenefitSystem([account])
    for name in (*NUMBERS, *DAYS):
        system.add_variable(type(name, (Variable,), {**common, "value_type": float, "default_value": np.nan}))
    for name in WORDS:
        system.add_variable(type(name, (Variable,), {**common, "value_type": int, "default_value": -1}))
    system.add_variable(type("consent", (Variable,), {**common, "value_type": int, "default_value": -1}))
    for name, formula in formulas.items():
        kind = int if name in ("stage", "mask", "fit_points") else bool
        system.add_variable(type(name, (Variable,), {**common, "value_type": kind, "formula": formula}))
    given = duckdb.connect().execute(_as_numbers(folder)).fetchnumpy()
    builder = SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("account", given["account_id"])
    simulation = builder.build(system)
    for name, column in given.items():
        if name != "account_id":
            simulation.set_input(name, PERIOD, np.asarray(column))
    stage, mask = simulation.calculate("stage", PERIOD), simulation.calculate("mask", PERIOD)
    connection = duckdb.connect()
    connection.register("placed", {"account_id": given["account_id"], "stage": stage, "mask": mask})
    connection.execute(f"COPY (FROM placed) TO '{folder}/openfisca.parquet' (FORMAT parquet)")


def _as_numbers(folder: Path) -> str:
    numbers = [f"coalesce({name}::DOUBLE, 'nan') AS {name}" for name in NUMBERS]
    numbers += [f"coalesce(date_diff('day', DATE '0001-01-01', {name}) + 1, 'nan'::DOUBLE) AS {name}" for name in DAYS]
    for name, words in WORDS.items():
        numbers.append(
            f"CASE WHEN {name} IS NULL THEN -1 ELSE coalesce(list_position({list(words)}, {name}), 0) END::INTEGER AS {name}"
        )
    consent = "coalesce(consent::INTEGER, -1) AS consent"
    return f"SELECT account_id, {consent}, {', '.join(numbers)} FROM '{folder}/accounts.parquet'"


def _formulas(np: Any, today: int, recent: int) -> dict[str, Any]:
    """Return the formulas: criteria, gates, the stage and the unmet criteria as bits."""

    def criterion(test: Any) -> Any:
        def formula(account: Any, period: Any) -> Any:
            with np.errstate(invalid="ignore"):
                return test(lambda name: account(name, period))

        return formula

    said: dict[str, Any] = {
        "reachable": lambda v: v("domain") >= 0,
        "permitted": lambda v: v("consent") == 1,
        "ideal": lambda v: (v("employees") >= 50) & (v("employees") <= 5000) & np.isin(v("industry"), (1, 2, 3)) & (v("domain") == 0),
        "fit_points": lambda v: 40 * v("ideal") + 20 * (v("country") > 0) + 20 * (v("employees") >= 500)
        - 30 * np.isin(v("industry"), (-1, 4)) + 20 * (v("engagement") >= 80),
        "fit": lambda v: v("fit_points") >= 50,
        "engaged": lambda v: v("engagement") >= 60,
        "accepted": lambda v: v("accepted_on") <= today,
        "fresh": lambda v: (v("accepted_on") >= recent) & (v("accepted_on") <= today),
        "met": lambda v: v("meetings_held") >= 1,
        "has_budget": lambda v: v("budget") >= 5000,
        "has_authority": lambda v: v("authority") >= 2,
        "twice": lambda v: v("meetings_held") >= 2,
        "sent": lambda v: v("proposal_on") <= today,
        "decider": lambda v: v("authority") == 3,
        "priced": lambda v: v("arr") > 0,
        "started": lambda v: v("contract_start") <= today,
        "worth": lambda v: v("arr") >= 1000,
        "running": lambda v: np.isnan(v("contract_end")) | (v("contract_end") >= v("contract_start")),
        "used": lambda v: v("usage") >= 0.6,
        "keen": lambda v: v("engagement") >= 70,
        "current": lambda v: np.isnan(v("contract_end")) | (v("contract_end") >= today),
        "ended": lambda v: v("contract_end") < today,
        "unused": lambda v: v("usage") < 0.2,
    }  # fmt: skip
    names = {3: ("has_budget", "has_authority", "twice"), 6: ("used", "keen", "current")}
    criteria = {stage: names.get(stage, found) for stage, found in tables_baseline.CRITERIA.items()}
    for stage, found in criteria.items():
        said[f"gate_{stage}"] = lambda v, found=found: np.logical_and.reduce([v(name) for name in found])
    said["churned"] = lambda v: v("ended") & v("unused")

    def stage_of(v: Any) -> Any:
        found = np.where(v("gate_6"), 7, np.where(v("churned"), 8, 6))
        for stage in range(5, -1, -1):
            found = np.where(v(f"gate_{stage}"), found, stage)
        return found

    def mask_of(v: Any) -> Any:
        stage = v("stage")
        masks = [sum((~v(name)).astype(int) << bit for bit, name in enumerate(found)) for found in criteria.values()]
        return np.choose(np.minimum(stage, 7), [*masks, np.zeros_like(stage)])

    said["stage"] = stage_of
    said["mask"] = mask_of
    return {name: criterion(test) for name, test in said.items()}
