"""The rules of ``record.rev`` for four rule engines that Python can call, each given what it is fastest at.

None of them has SQL's logic for missing values, so that every comparison is guarded by hand. They get records of plain values
(days as numbers, money as doubles), made before the clock starts; ``today`` is in the record.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Record = dict[str, object]
    Answer = Callable[[Record], object]

CONSUMER = '["gmail.com", "outlook.com", "web.de", "yahoo.com", "hotmail.com", "icloud.com", "gmx.de", "aol.com", "proton.me"]'
IDEAL = (
    'employees != null && employees >= 50 && employees <= 5000 && industry in ["software", "fintech", "healthtech"]'
    f" && domain != null && !(domain in {CONSUMER})"
)
FIT = (
    f'(({IDEAL}) ? 40 : 0) + ((country in ["DE", "FR", "GB", "US"]) ? 20 : 0)'
    " + ((employees != null && employees >= 500) ? 20 : 0)"
    ' - ((industry == null || industry == "retail") ? 30 : 0)'
    " + ((engagement != null && engagement >= 80) ? 20 : 0) >= 50"
)
GATES: dict[str, dict[str, str]] = {
    "lead": {"reachable": "domain != null", "permitted": "consent == true"},
    "mql": {"ideal": IDEAL, "engaged": "engagement != null && engagement >= 60", "fit": FIT},
    "sql": {
        "accepted": "accepted_on != null && accepted_on <= today",
        "fresh": "accepted_on != null && accepted_on >= today - 180 && accepted_on <= today",
        "met": "meetings_held != null && meetings_held >= 1",
    },
    "opportunity": {
        "budget": "budget != null && budget >= 5000.0",
        "authority": 'authority in ["influencer", "decider"]',
        "twice": "meetings_held != null && meetings_held >= 2",
    },
    "proposal": {
        "sent": "proposal_on != null && proposal_on <= today",
        "decider": 'authority == "decider"',
        "priced": "arr != null && arr > 0.0",
    },
    "customer": {
        "started": "contract_start != null && contract_start <= today",
        "worth": "arr != null && arr >= 1000.0",
        "running": "contract_end == null || (contract_start != null && contract_end >= contract_start)",
    },
    "champion": {
        "used": "usage != null && usage >= 0.6",
        "engaged": "engagement != null && engagement >= 70",
        "current": "contract_end == null || contract_end >= today",
    },
    "churned": {
        "ended": "contract_end != null && contract_end < today",
        "unused": "usage != null && usage < 0.2",
    },
}
ORDER = ("lead", "mql", "sql", "opportunity", "proposal", "customer")


def plain(record: Record, today: date) -> Record:
    """Return the record in plain values."""

    def value(given: object) -> object:
        if isinstance(given, date):
            return given.toordinal()
        return float(given) if isinstance(given, Decimal) else given

    return {**{name: value(given) for name, given in record.items()}, "today": today.toordinal()}


def expression(level: int) -> str:
    """Return the whole lifecycle as one expression in CEL's spelling; level 2 gives the stage and a text for each criterion."""

    def gate(stage: str) -> str:
        return " && ".join(f"({condition})" for condition in GATES[stage].values())

    def answer(stage: str, *following: str) -> str:
        if level == 1:
            return f'"{stage}"'
        names = [f'(({condition}) ? "" : "{name}")' for target in following for name, condition in GATES[target].items()]
        return "[" + ", ".join([f'"{stage}"', *names]) + "]"

    text = f"({gate('champion')}) ? {answer('champion')} : (({gate('churned')}) ? {answer('churned')} : "
    text += f"{answer('customer', 'champion', 'churned')})"
    for before, stage in reversed(list(zip(("", *ORDER), ORDER, strict=False))):
        text = f"({gate(stage)}) ? ({text}) : {answer(before, stage)}"
    return text


FOLLOWING = {
    "": ("lead",),
    **dict(zip(ORDER, ((name,) for name in ORDER[1:]), strict=False)),
    "customer": ("champion", "churned"),
}


def finished(level: int, evaluate: Callable[[Record], Any]) -> Answer:
    """Return the function that puts an engine's answer into the form of the others."""
    if level == 1:
        return lambda record: evaluate(record) or None

    def answer(record: Record) -> object:
        stage, *names = evaluate(record)
        ways = []
        for target in FOLLOWING.get(stage, ()):
            count = len(GATES[target])
            ways.append((target, tuple([name for name in names[:count] if name])))
            names = names[count:]
        return stage or None, tuple(ways)

    return answer


def in_words(text: str) -> str:
    """Return the expression with ``and``, ``or`` and ``not`` for the engines that spell them so."""
    return text.replace("&&", "and").replace("||", "or").replace("!(", "not (")


def zen_engine(level: int) -> Answer:
    """Return zen-engine's answer, from a compiled expression."""
    import zen

    return finished(level, zen.compile_expression(in_words(expression(level))).evaluate)


def cel_expr_python(level: int) -> Answer:
    """Return the answer of cel-expr-python, Google's CEL in C++."""
    from cel_expr_python import cel  # type: ignore[import-untyped]  # it has no types

    names = ["today", *(name for name in FIELDS)]
    env = cel.NewEnv(variables=dict.fromkeys(names, cel.Type.DYN))
    compiled = env.compile(expression(level))

    def evaluate(record: Record) -> Any:
        found = compiled.eval(data=record).value()
        return [each.value() for each in found] if level == 2 else found

    return finished(level, evaluate)


def common_expression_language(level: int) -> Answer:
    """Return the answer of common-expression-language, CEL in Rust."""
    import cel

    return finished(level, cel.compile(expression(level)).execute)


def rule_engine(level: int) -> Answer:
    """Return rule-engine's answer."""
    import rule_engine as engine  # type: ignore[import-untyped]  # it has no types

    context = engine.Context(default_value=None)
    return finished(level, engine.Rule(in_words(expression(level)), context=context).evaluate)


FIELDS = (
    "account_id", "domain", "employees", "country", "industry", "engagement", "consent", "meetings_held", "budget", "authority",
    "accepted_on", "proposal_on", "contract_start", "contract_end", "arr", "usage",
)  # fmt: skip

PEERS: dict[str, Callable[[int], Answer]] = {
    "zen-engine (compiled expression)": zen_engine,
    "cel-expr-python": cel_expr_python,
    "common-expression-language": common_expression_language,
    "rule-engine": rule_engine,
}
