"""Addresses of databases into what may be shown of them: never a password."""

from __future__ import annotations

import re
from urllib.parse import unquote

POSTGRES = ("postgresql://", "postgres://")
SECRET_OPTION = re.compile(r"(?i)([?&;\s](?:ssl)?password\s*=)[^&\s]*")
SHORTEST = 3
"""Characters of a piece of a password that are worth hiding: shorter ones are in any sentence."""


def is_postgres(url: str) -> bool:
    """Return whether an address is one of a Postgres database."""
    return url.startswith(POSTGRES)


def shown(url: str) -> str:
    """Return an address without its password.

    >>> shown("postgresql://ada:s@cret@db.example/crm?password=x&sslmode=require")
    'postgresql://ada@db.example/crm?password=***&sslmode=require'
    """
    scheme, mark, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    plain = f"{scheme}{mark}{user.partition(':')[0]}{at}{place}"
    return SECRET_OPTION.sub(r"\1***", plain)


def without_secrets(text: str, url: str) -> str:
    """Return a message about an address without the password in it, nor pieces of one that was not written as an address wants.

    >>> without_secrets('invalid port number: "cret@db"', "postgresql://ada:s:cret@db/crm")
    'invalid port number: "***@db"'
    """
    user, _, _ = url.partition("://")[2].rpartition("@")
    secret = user.partition(":")[2]
    found = [secret, unquote(secret), *re.split(r"[@:/?#%\[\]&=]", secret)]
    found += [option.split("=", 1)[1] for option in re.findall(r"(?i)password\s*=[^&\s]*", url)]
    for piece in sorted({piece for piece in found if len(piece) >= SHORTEST}, key=len, reverse=True):
        text = text.replace(piece, "***")
    return text
