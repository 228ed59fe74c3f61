"""A ruleset and a frame of Spark into the frame of its placed records."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect
from revrules.engines.placing import Order, prepare
from revrules.engines.sources import TableAt
from revrules.engines.spark import Spark, active_session, columns_of, meaning, refusals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pyspark.sql import DataFrame

    from revrules.ruleset import Mode, Ruleset


def place(
    ruleset: Ruleset,
    records: DataFrame | str,
    *,
    related: Mapping[str, DataFrame | str] | None = None,
    lifecycle: str | None = None,
    entity: str | None = None,
    as_of: datetime | None = None,
    mode: Mode = "evidence",
    columns: Sequence[str] | None = None,
    keep: bool = False,
) -> DataFrame:
    """Return the placed records of a frame (or table of the catalog) as a frame that is not worked out yet.

    It has a row for every record, in any order: the key and the columns of `revrules evaluate`, or just ``columns`` of these
    and of ``records``; with ``keep`` also every column of ``records``. ``related`` are further frames or tables by relation or
    entity; ``lifecycle`` or ``entity`` chooses where the ruleset has several lifecycles; ``as_of`` is now if it is not given.
    The settings of the session matter not for the answers, nor are they changed.

    Raises ``revrules.tables.failure.DataError`` for columns that do not fit, and for what Spark cannot say exactly.
    """
    given = _Frames(records, related or {})
    order = Order(given.first, given.related, lifecycle, entity, as_of, mode, columns, keep)
    with meaning(given.session):
        return given.frame(prepare(ruleset, order, given).text)


class _Frames(Spark):
    """Frames and tables of the catalog under names of their own."""

    def __init__(self, records: DataFrame | str, related: Mapping[str, DataFrame | str]) -> None:
        frames = [one for one in (records, *related.values()) if not isinstance(one, str)]
        super().__init__(frames[0].sparkSession if frames else active_session())
        self._frames: dict[str, tuple[str, DataFrame]] = {}
        self.first = self._named(records, "the frame of records")
        self.related = {name: self._named(one, f"the frame of `{name}`") for name, one in related.items()}

    def _named(self, one: DataFrame | str, told: str) -> str:
        if isinstance(one, str):
            return one
        name = f"revrules_{uuid4().hex}"
        self._frames[name] = told, one
        return name

    def table(self, name: str) -> TableAt:
        """Return a frame as a table, or a table of the catalog."""
        if name not in self._frames:
            return super().table(name)
        told, frame = self._frames[name]
        return TableAt(told, tree.table(name), columns_of(frame))

    def frame(self, statement: str) -> DataFrame:
        """Return the rows of a statement in which the frames stand by their names."""
        if not self._frames:
            return super().frame(statement)
        text = statement.replace("{", "{{").replace("}", "}}")
        for name in self._frames:
            text = text.replace(tree.printed(tree.table(name), Dialect.SPARK), f"{{{name}}}")
        with refusals():
            return self.session.sql(text, None, **{name: frame for name, (_, frame) in self._frames.items()})
