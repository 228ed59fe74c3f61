"""Questions like those about real definitions are decided: one implies the other, or a record shows that it does not."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from revrules.backends.smt import MET, NOT_MET, UNMET, Verdict, Want
from revrules.backends.smt.prover import Prover
from revrules.compiler import compile_text

if TYPE_CHECKING:
    from revrules import ir

TODAY = datetime.date(2026, 11, 21)
RULES = """
ruleset decide {{ timezone "Europe/Berlin"  fiscal year starts february }}
team sales
list consumer {{ "gmail.com", "web.de" }}
calendar office {{ days monday..friday  hours 09:00..17:00  timezone "Europe/Berlin" }}
entity account key id {{
  id text  size integer 0..  mrr money 0..1000000  arr money  share number 0..1  stamp datetime  day date  waited duration
  email text  title text  site text  kind enum {{ a, b, c }}  tier ordered enum {{ low, mid, high }}  paying boolean
  parent one account by parent_id
  deals many deal by account_id
}}
entity deal key id {{
  id text  account_id text  amount money 0..  open boolean  closed_on date
  contacts many contact by deal_id
}}
entity contact key id {{ id text  deal_id text  role enum {{ user, buyer }} }}
classify band of account, first match {{ owner sales  small when size < 100  mid when size < 1000  big when size >= 1000 }}
score fit of account 0..100 {{ owner sales  +40 when paying  +30 when size >= 50  +20 when kind = a  -30 when kind = b }}
score pace of account {{ owner sales  +0.5 per count(deals where open) up to 3  +1.5 when paying }}
define first of account {{ owner sales  means {first} }}
define second of account {{ owner sales  means {second} }}
"""

IMPLIED = [
    ("size > 100", "size >= 101"),
    ("size in 50..60", "not (size < 50 or size > 60)"),
    ("mrr > 1667", "mrr * 12 > 20004"),
    ("share >= 0.5", "share >= 0.4"),
    ("band = small", "size < 100"),
    ("fit >= 80", "paying and size >= 50"),
    ("fit > 60", "paying and kind != b"),
    ("pace > 3", "paying"),
    ("kind in { a, b }", "kind != c"),
    ("tier >= mid", "tier in { mid, high }"),
    ("day within last 30 days", "day within last 31 days"),
    ("day within last 1 month", "day within last 31 days"),
    ("day within last 59 days", "day within last 2 months"),
    ("day in this month", "day in this quarter"),
    ("day in this quarter", "day in this year"),
    ("day in this fiscal quarter", "day in this fiscal year"),
    ("day in last month", "day < start of month"),
    ("day in next month", "day within next 62 days"),
    ("day in this month", "not (day in last quarter)"),
    ("stamp within last 24 hours", "stamp within last 1 day"),
    ("stamp within last 1 day", "stamp <= now"),
    ("day more than 2 months ago", "day more than 59 days ago"),
    ("stamp more than 5 business days after now", "stamp > now"),
    ("waited > 48 hours", "days(waited) >= 2"),
    ('email ends with "@web.de"', 'email contains "web"'),
    ('email = "ada@web.de"', "email_domain(email) in consumer"),
    ('title matches "VP .*"', 'title starts with "VP"'),
    ('title = "ceo" any case', "length(title) = 3"),
    ("sum(amount of deals) > 1000", "sum(amount of deals) > 500"),
    ("sum(amount of deals where open) > 1000", "any(deals where open)"),
    ("max(closed_on of deals) > 2026-01-01", "count(deals) >= 1"),
    ("count(deals where open) >= 3", "count(deals where open) >= 2"),
    ("count(deals where open and amount > 100) >= 2", "count(deals where amount > 50) >= 2"),
    ("every(deals have amount > 10) and any(deals where open)", "any(deals where amount > 5)"),
    ("any(deals where any(contacts where role = buyer))", "count(deals) >= 1"),
    ("latest(amount of deals by closed_on) > 1000", "latest(amount of deals by closed_on) > 500"),
    ("parent.size > 10", "parent is known"),
    ("least(arr, mrr) > 5", "arr > 5 or mrr > 5"),
    ("(arr or else 0) > 10", "arr is known"),
]

NOT_IMPLIED = [
    ("size > 100", "size > 101"),
    ("day within last 60 days", "day within last 2 months"),
    ("day within last 1 month", "day within last 30 days"),
    ("day within last 28 days", "day in this month"),
    ("day in this fiscal quarter", "day in this quarter"),
    ("stamp within last 1 month", "stamp within last 31 days"),
    ("mrr * 12 > 20000", "mrr > 1667"),
    ("share + 0.1 + 0.2 > 0.3", "share > 0"),
    ("share * 3 = 0.3", "share = 0.1"),
    ("fit >= 70", "kind = a"),
    ("pace >= 3", "paying"),
    ('email contains "web.de"', "email_domain(email) in consumer"),
    ('url_domain(site) = "a.de"', 'site ends with "a.de"'),
    ("sum(amount of deals) > 1000", "count(deals where amount > 500) >= 1"),
    ("count(deals where open) >= 5", "count(deals where amount > 0) >= 1"),
    ("max(closed_on of deals) > 2026-01-01", "min(closed_on of deals) > 2026-01-01"),
    ("every(deals have open)", "any(deals where open)"),
    ("latest(amount of deals by closed_on) > 5", "max(amount of deals) > 5 and count(deals) = 1"),
    ("not (size > 5)", "size is missing"),
    ("stamp more than 1 business day after now", "stamp more than 2 days after now"),
]


def prover_of(first: str, second: str) -> tuple[Prover, ir.Expr, ir.Expr]:
    """Return a prover of a ruleset with two definitions, and what these say."""
    compiled = compile_text(RULES.format(first=first, second=second))
    assert compiled.ruleset is not None, compiled.diagnostics
    one, other = (next(d.expr for d in compiled.ruleset.definitions if d.name == name) for name in ("first", "second"))
    return Prover(compiled.ruleset, TODAY), one, other


@pytest.mark.parametrize(("first", "second"), IMPLIED)
def test_what_is_implied_is_proved(first: str, second: str) -> None:
    prover, one, other = prover_of(first, second)
    answer = prover.find("account", [Want(one), Want(other, NOT_MET)])
    assert answer.verdict is Verdict.IMPOSSIBLE, answer
    assert prover.find("account", [Want(one)]).verdict is Verdict.POSSIBLE


@pytest.mark.parametrize(("first", "second"), NOT_IMPLIED)
def test_what_is_not_implied_has_a_record_that_shows_it(first: str, second: str) -> None:
    prover, one, other = prover_of(first, second)
    answer = prover.find("account", [Want(one, MET), Want(other, UNMET)])
    assert answer.verdict is Verdict.POSSIBLE, answer
