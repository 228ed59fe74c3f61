"""Constants in SQL have the type of their values."""

from __future__ import annotations

import duckdb
import pytest

from revrules.backends.sql import tree
from revrules.backends.sql.constants import constant
from revrules.backends.sql.dialects import Dialect
from revrules.types import Scalar


@pytest.mark.parametrize("number", [-0.3, 0.3, -1.0, -0.0, -1e300, 5e-324, -5e-324])
def test_a_number_is_a_double_whatever_its_sign(number: float) -> None:
    said = tree.printed(constant(number, Scalar.NUMBER, Dialect.DUCKDB), Dialect.DUCKDB)
    type_, value = duckdb.execute(f"SELECT typeof(x), x FROM (SELECT {said} AS x)").fetchall()[0]
    assert (type_, repr(value)) == ("DOUBLE", repr(number))
