"""A number of stages into a generated ruleset: a funnel with side ways, ten criteria to a stage, shared definitions."""

from __future__ import annotations

HEAD = """\
ruleset big { timezone "UTC" }
team marketing "Marketing"
team sales "Sales"
system crm

list consumer_domains { "gmail.com", "outlook.com", "web.de" }
"""
GROUP = 10
"""Stages that share an enum, a definition and a score."""


def ruleset(stages: int) -> str:
    """Return the text of a ruleset of one lifecycle with so many stages, ten criteria each."""
    groups = -(-stages // GROUP)
    entity = [
        "entity account key id {",
        "  id          text required  from crm",
        "  domain      text           from crm  owner marketing",
        "  touched_at  datetime       from crm  owner sales",
        "  reason      text           from crm  owner sales",
        "  deals       many deal by account_id",
        *(line for group in range(groups) for line in fields(group)),
        *(f"  done_{n}  integer 0..100  from crm  owner sales\n  on_{n}  date  from crm  owner sales" for n in range(stages)),
        "}",
        "entity deal key deal_id { deal_id text required from crm  account_id text from crm",
        "  amount money from crm owner sales  open boolean from crm owner sales }",
    ]
    shared = [line for group in range(groups) for line in definitions(group)]
    body = [line for n in range(stages) for line in stage(n, stages)]
    return "\n".join([HEAD, *entity, *shared, "lifecycle life of account {", *body, "}", ""])


def fields(group: int) -> list[str]:
    """Return the fields that ten stages share."""
    return [
        f"  size_{group}    integer 0..100000                          from crm  owner sales",
        f"  amount_{group}  money 0..                                  from crm  owner sales",
        f"  kind_{group}    enum {{ software, health, retail, other }}   from crm  owner marketing",
        f"  use_{group}     number 0..1                                from crm  owner sales",
    ]


def definitions(group: int) -> list[str]:
    """Return a definition and a score that ten stages share."""
    return [
        f"define good_{group} of account {{",
        "  owner marketing",
        f"  means all of {{ size: size_{group} in 10..{5000 + group}  kind: kind_{group} in {{ software, health }}",
        "    business: domain not in consumer_domains }",
        "}",
        f"score fit_{group} of account 0..100 {{",
        f"  owner marketing  +40 when good_{group}  +30 when amount_{group} > 1000  +20 when use_{group} >= 0.5",
        f"  -30 when kind_{group} = other  +10 when touched_at within last 90 days",
        "}",
    ]


def stage(n: int, stages: int) -> list[str]:
    """Return a stage, from the one before (every seventh also from the one before that); after the last, a lost one."""
    group = n // GROUP
    ways = [f"stage_{n - 1}", *([f"stage_{n - 2}"] if n % 7 == 6 else [])]
    way = "entry" if n == 0 else f"from {', '.join(ways)}"
    end = "won" if n == stages - 1 else ""
    lines = [
        f"  stage stage_{n} {{",
        f"    {way}  owner {'marketing' if n < stages // 2 else 'sales'}  {end}",
        "    requires all of {",
        f"      a{n}: good_{group}",
        f"      b{n}: fit_{group} >= {40 + n % 50}",
        f"      c{n}: done_{n} >= {n % 90 + 1}",
        f"      d{n}: on_{n} <= today",
        f"      e{n}: amount_{group} > {1000 + 10 * n}",
        f"      f{n}: use_{group} >= 0.{n % GROUP}5",
        f"      g{n}: count(deals where open and amount > {100 * n}) >= 1",
        f"      h{n}: on_{n} is known and touched_at within last {200 - n % GROUP} days",
        f"      any of {{ i{n}: size_{group} > {n + 10}  j{n}: kind_{group} = software }}",
        "    }",
        "  }",
    ]
    if n == stages - 1:
        lines += ["  stage gone { owner sales  from any  requires { why: reason is known } lost }"]
    return lines
