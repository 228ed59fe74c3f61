"""A seed into records shaped like a funnel: most are leads, few come far, about 15 % of the values are missing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Record = dict[str, object]

SHARES: dict[str | None, float] = {
    None: 0.06,
    "lead": 0.72,
    "mql": 0.08,
    "sql": 0.05,
    "opportunity": 0.03,
    "proposal": 0.02,
    "customer": 0.02,
    "champion": 0.01,
    "churned": 0.01,
}
"""The stages in their order, each with its part of the records."""

MISSING = 0.18
"""The chance of a value to be missing where the stage does not need it."""


def make_records(random: Random, count: int, today: date, stage: Callable[[Record], str | None]) -> list[Record]:
    """Return ``count`` records, of every stage the number that ``SHARES`` says, in random order."""
    found: list[Record] = []
    for depth, (name, share) in enumerate(SHARES.items()):
        wanted = round(share * count)
        while wanted:
            record = _record(random, depth, today)
            if stage(record) == name:
                found.append(record)
                wanted -= 1
    random.shuffle(found)
    return found


def _record(random: Random, depth: int, today: date) -> Record:
    """Return a record that is likely to come as far as the stage number ``depth``."""
    record = _any_record(random, today)
    good = _good_values(random, today)
    for gate in range(1, min(depth, 7) + 1):
        record |= good[gate]
    if depth == 7:
        record |= {"usage": 0.8, "engagement": 90, "contract_end": today + timedelta(days=200)}
    if depth == 8:
        record |= {"usage": 0.1, "contract_end": today - timedelta(days=1), "contract_start": today - timedelta(days=366)}
    if depth == 6:
        record["usage"] = random.choice([None, 0.3, 0.5])
    return record


def _any_record(random: Random, today: date) -> Record:
    def day(before: int, after: int) -> date:
        return today + timedelta(days=random.randint(-before, after))

    values: Record = {
        "domain": random.choice(["acme.example", "globex.example", "initech.example", "gmail.com", "web.de"]),
        "employees": random.choice([5, 40, 80, 240, 700, 3000, 9000]),
        "country": random.choice(["DE", "US", "FR", "PL", "ES", "NL"]),
        "industry": random.choice(["software", "fintech", "healthtech", "retail", "other"]),
        "engagement": random.randint(0, 100),
        "consent": random.random() < 0.8,
        "meetings_held": random.randint(0, 4),
        "budget": Decimal(random.randint(0, 40000)).quantize(Decimal("0.0001")),
        "authority": random.choice(["user", "influencer", "decider"]),
        "accepted_on": day(400, 30),
        "proposal_on": day(200, 60),
        "contract_start": day(500, 60),
        "contract_end": day(100, 500),
        "arr": Decimal(random.randint(0, 90000)).quantize(Decimal("0.0001")),
        "usage": round(random.random(), 3),
    }
    kept = {name: None if random.random() < MISSING else value for name, value in values.items()}
    return {"account_id": f"A-{random.randrange(10**6)}", **kept}


def _good_values(random: Random, today: date) -> dict[int, Record]:
    """Return, by gate, values that open it."""
    return {
        1: {"domain": random.choice(["acme.example", "globex.example"]), "consent": True},
        2: {"employees": random.choice([600, 900, 4000]), "industry": "software", "engagement": random.randint(60, 100)},
        3: {"accepted_on": today - timedelta(days=random.randint(0, 180)), "meetings_held": random.randint(1, 4)},
        4: {"budget": Decimal("9000.0000"), "authority": "decider", "meetings_held": 3},
        5: {"proposal_on": today - timedelta(days=5), "arr": Decimal("500.0000")},
        6: {"contract_start": today - timedelta(days=40), "arr": Decimal("24000.0000"), "contract_end": None},
        7: {},
    }
