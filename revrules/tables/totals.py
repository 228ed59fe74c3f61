"""Values to be summed into their sum, which is the same in any order: doubles are rounded once, at the end."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TypeAlias

Number: TypeAlias = int | float | Decimal
FINEST = 1074
"""Every double is a multiple of 2 to the power of minus this."""
EXACT = Context(prec=200)


@dataclass(slots=True)
class Total:
    """A sum that is being made: integers and money as they are, doubles as multiples of the finest one."""

    whole: int | Decimal = 0
    doubles: int | None = None

    @property
    def value(self) -> Number:
        """The sum. Doubles too large for one are infinity."""
        if self.doubles is None:
            return self.whole
        try:
            return self.doubles / (1 << FINEST)  # one division of integers rounds correctly
        except OverflowError:
            return float("inf") if self.doubles > 0 else float("-inf")

    def add(self, value: Number) -> None:
        """Take in a value."""
        if isinstance(value, float):
            numerator, denominator = value.as_integer_ratio()
            self.add_doubles(numerator * ((1 << FINEST) // denominator))
        elif isinstance(value, Decimal) or isinstance(self.whole, Decimal):
            self.whole = EXACT.add(Decimal(self.whole), Decimal(value))
        else:
            self.whole += value

    def add_doubles(self, parts: int) -> None:
        """Take in doubles whose sum is so many times the finest one."""
        self.doubles = (self.doubles or 0) + parts

    def add_total(self, other: Total) -> None:
        """Take in what another total took in."""
        self.add(other.whole)
        if other.doubles is not None:
            self.add_doubles(other.doubles)
