"""SQL's dialects, and the table of what each says for an operator of ours: an exact equal, or a reason why it has none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from revrules.backends.sql.tree import Sql


class Dialect(Enum):
    """A dialect: the name that users know. The first three are tested on the engine itself, the others only parsed."""

    DUCKDB = "duckdb"
    POSTGRES = "postgres"
    SPARK = "spark"
    SNOWFLAKE = "snowflake"
    BIGQUERY = "bigquery"

    @property
    def printer(self) -> str:
        """The name of the dialect for the printer."""
        return self.value

    @property
    def tested(self) -> bool:
        """Whether what is said in it is tested on its engine."""
        return self in (Dialect.DUCKDB, Dialect.POSTGRES, Dialect.SPARK)


class Unsayable(Exception):  # noqa: N818 - not an error of a program: a dialect lacks a word
    """Raised inside this package where a dialect has no exact equal; its door turns it into a diagnostic."""

    def __init__(self, what: str, dialect: Dialect, reason: str) -> None:
        super().__init__(f"{what} on {dialect.value}: {reason}")
        self.what = what
        self.dialect = dialect
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator of ours: what it means, and how each dialect says it.

    ``said`` holds a builder for each dialect; ``gaps`` the reason for each that has none. A test asserts that every dialect is in
    one of them. Calling it builds the SQL; raises ``Unsayable`` for a gap.
    """

    meaning: str
    said: Mapping[Dialect, Callable[..., Sql]]
    gaps: Mapping[Dialect, str]

    def __call__(self, dialect: Dialect, *arguments: Sql) -> Sql:
        if dialect in self.gaps:
            raise Unsayable(self.meaning, dialect, self.gaps[dialect])
        return self.said[dialect](*arguments)


def operator(
    meaning: str,
    everywhere: Callable[..., Sql] | None = None,
    *,
    gaps: Mapping[Dialect, str] | None = None,
    **own: Callable[..., Sql],
) -> Operator:
    """Return an operator: said in one way ``everywhere``, and by ``own`` names of dialects in ways of theirs."""
    lacking = gaps or {}
    said = {} if everywhere is None else {dialect: everywhere for dialect in Dialect if dialect not in lacking}
    said |= {Dialect(name): build for name, build in own.items()}
    missing = [dialect.value for dialect in Dialect if dialect not in said and dialect not in lacking]
    assert not missing, f"`{meaning}` is neither said nor a gap in {', '.join(missing)}"
    return Operator(meaning, said, lacking)
