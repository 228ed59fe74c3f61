"""Decision tables as boxes: every answer is the one that looking at each combination gives, and bounded work is said to be so."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest

from revrules.proofs import boxes
from revrules.proofs.boxes.covering import covered, uncovered
from revrules.proofs.boxes.table import Work, bits, inside, meet, runs, volume


def random_table(seed: int) -> boxes.Table:
    """Return a small table of one of several kinds: sparse, with blanks, with sets, a disturbed partition."""
    chance = random.Random(seed)
    sizes = tuple(chance.randint(1, 5) for _ in range(chance.randint(1, 5)))
    kind = chance.choice(("any masks", "blanks", "runs", "partition"))
    if kind == "partition":
        rows = partition(sizes, chance)
    else:
        rows = [tuple(random_mask(size, kind, chance) for size in sizes) for _ in range(chance.randint(0, 14))]
    if rows and chance.random() < 0.3:
        rows.append(chance.choice(rows))
    return boxes.Table(sizes, tuple(rows), tuple(chance.choice("abc") for _ in rows))


def random_mask(size: int, kind: str, chance: random.Random) -> int:
    whole = (1 << size) - 1
    if kind == "blanks" and chance.random() < 0.6:
        return whole
    if kind == "runs":
        first = chance.randrange(size)
        return (whole >> first << first) & ((1 << chance.randint(first + 1, size)) - 1)
    return chance.randint(1, whole)


def partition(sizes: tuple[int, ...], chance: random.Random) -> list[boxes.Box]:
    """Return the boxes of a random partition, sometimes with one changed or left out."""
    parts: list[boxes.Box] = [tuple((1 << size) - 1 for size in sizes)]
    for _ in range(chance.randint(0, 12)):
        part = parts.pop(chance.randrange(len(parts)))
        column = chance.randrange(len(sizes))
        side = part[column] & chance.getrandbits(sizes[column])
        sides = [mask for mask in (side, part[column] & ~side) if mask]
        parts += [(*part[:column], mask, *part[column + 1 :]) for mask in sides]
    if chance.random() < 0.5:
        parts.pop(chance.randrange(len(parts)))
    if parts and chance.random() < 0.3:
        place = chance.randrange(len(parts))
        parts[place] = tuple(chance.randint(1, (1 << size) - 1) for size in sizes)
    return parts


def points(table: boxes.Table) -> list[boxes.Box]:
    return list(itertools.product(*([1 << cell for cell in range(size)] for size in table.sizes)))


def has(box: boxes.Box, point: boxes.Box) -> bool:
    return all(mask & cell for mask, cell in zip(box, point, strict=True))


TABLES = [random_table(seed) for seed in range(2_000)]


def test_overlaps_are_the_pairs_that_share_a_combination() -> None:
    for table in TABLES:
        found = boxes.overlaps(table)
        pairs = [
            (one, other)
            for other in range(len(table.rows))
            for one in range(other)
            if any(has(table.rows[one], point) and has(table.rows[other], point) for point in points(table))
        ]
        assert list(found.pairs()) == pairs
        assert found.count == len(pairs)
        differing = [(one, other) for one, other in pairs if table.outputs[one] != table.outputs[other]]
        assert list(found.differing_pairs()) == differing
        assert found.differing_count == len(differing)


def test_gaps_hold_exactly_the_combinations_without_a_row() -> None:
    for table in TABLES:
        found = boxes.gaps(table)
        assert isinstance(found, boxes.Gaps)
        free = {point for point in points(table) if not any(has(row, point) for row in table.rows)}
        assert {point for point in points(table) if any(has(region, point) for region in found.regions)} == free
        assert found.share == Fraction(len(free), len(points(table)))
        assert found.finished
        assert boxes.complete(table) is (not free)


def test_no_region_of_a_gap_can_grow_and_none_can_be_spared() -> None:
    for table in TABLES[::3]:
        found = boxes.gaps(table)
        assert isinstance(found, boxes.Gaps)
        for region in found.regions:
            others = [other for other in found.regions if other != region]
            assert any(has(region, point) and not any(has(other, point) for other in others) for point in points(table))
            for column, size in enumerate(table.sizes):
                for cell in range(size):
                    larger = (*region[:column], region[column] | 1 << cell, *region[column + 1 :])
                    assert larger == region or any(meet(larger, row) for row in table.rows)


def test_gaps_are_about_as_few_regions_as_there_can_be() -> None:
    """Compared with the fewest of all largest regions, found by trying; at most one region in twenty is more."""
    fewest, described = 0, 0
    for table in TABLES[::8]:
        free = [point for point in points(table) if not any(has(row, point) for row in table.rows)]
        found = boxes.gaps(table)
        assert isinstance(found, boxes.Gaps)
        largest = largest_regions(table)
        if len(free) <= 150 and len(largest) <= 40:
            held = [frozenset(place for place, point in enumerate(free) if has(region, point)) for region in largest]
            fewest += fewest_holding(frozenset(range(len(free))), held, len(found.regions))
            described += len(found.regions)
    assert fewest > 300
    assert described <= 1.05 * fewest


def largest_regions(table: boxes.Table) -> list[boxes.Box]:
    """Return all regions without a row that cannot grow: everything, cut away row by row in each column."""
    regions = [table.everything]
    for row in table.rows:
        cut: list[boxes.Box] = []
        for region in regions:
            sides = [(*region[:c], mask & ~row[c], *region[c + 1 :]) for c, mask in enumerate(region) if mask & ~row[c]]
            cut += sides if meet(region, row) else [region]
        regions = [one for one in dict.fromkeys(cut) if not any(one != other and inside(one, other) for other in cut)]
    return regions


def fewest_holding(left: frozenset[int], held: list[frozenset[int]], known: int) -> int:
    """Return how many of the sets ``held`` are needed for all of ``left``, ``known`` if no fewer than these."""
    if not left or known <= 0:
        return 0
    if len(left) > (known - 1) * max(len(each & left) for each in held):
        return known
    rarest = min(left, key=lambda place: sum(place in each for each in held))
    for each in held:
        if rarest in each:
            known = min(known, 1 + fewest_holding(left - each, held, known - 1))
    return known


def test_a_shadowed_row_is_covered_by_earlier_rows_none_of_which_can_be_left_out() -> None:
    for table in TABLES:
        found = boxes.shadows(table)
        assert found.undecided == ()
        expected = []
        for row, box in enumerate(table.rows):
            own = [point for point in points(table) if has(box, point)]
            if all(any(has(earlier, point) for earlier in table.rows[:row]) for point in own):
                expected.append(row)
        assert [shadow.row for shadow in found.found] == expected
        for shadow in found.found:
            own = [point for point in points(table) if has(table.rows[shadow.row], point)]
            assert max(shadow.by) < shadow.row
            assert all(any(has(table.rows[by], point) for by in shadow.by) for point in own)
            for by in shadow.by:
                others = [table.rows[other] for other in shadow.by if other != by]
                assert not all(any(has(other, point) for other in others) for point in own)


def test_a_row_may_cover_more_than_it_admits_and_all_others_may_cover_it() -> None:
    chance = random.Random(3)
    for table in TABLES[::2]:
        covers = [
            tuple(mask | whole & chance.getrandbits(5) for mask, whole in zip(row, table.everything, strict=True))
            for row in table.rows
        ]
        for among in boxes.Among:
            found = boxes.shadows(table, covers, among)
            others = [range(row) if among is boxes.Among.EARLIER else {*range(len(covers))} - {row} for row in range(len(covers))]
            own = [[point for point in points(table) if has(box, point)] for box in table.rows]
            expected = [
                row
                for row in range(len(covers))
                if all(any(has(covers[other], point) for other in others[row]) for point in own[row])
            ]
            assert [shadow.row for shadow in found.found] == expected
            for shadow in found.found:
                assert set(shadow.by) <= set(others[shadow.row])
                assert all(any(has(covers[by], point) for by in shadow.by) for point in own[shadow.row])


def test_duplicates_admit_the_same_and_have_the_same_output() -> None:
    rows = ((1, 1), (1, 3), (1, 1), (1, 1))
    assert boxes.duplicates(boxes.Table((2, 2), rows, ("a", "a", "a", "b"))) == [(0, 2)]


def test_a_single_row_that_covers_is_named_alone() -> None:
    table = boxes.Table((4, 2), ((0b0011, 0b11), (0b1100, 0b11), (0b1111, 0b11), (0b0110, 0b01)), ("a", "b", "c", "d"))
    found = boxes.shadows(table)
    assert found.found == (boxes.Shadow(2, (0, 1)), boxes.Shadow(3, (0, 1)))
    table = boxes.Table((4,), ((0b0011,), (0b1111,), (0b1010,)), ("a", "b", "c"))
    assert boxes.shadows(table).found == (boxes.Shadow(2, (1,)),)


def test_a_table_without_rows_is_one_gap_and_one_without_columns_is_decided_by_its_rows() -> None:
    empty = boxes.Table((3, 2), (), ())
    assert boxes.gaps(empty) == boxes.Gaps((empty.everything,), Fraction(1), finished=True)
    assert boxes.gaps(boxes.Table((), (), ())) == boxes.Gaps(((),), Fraction(1), finished=True)
    assert boxes.gaps(boxes.Table((), ((),), ("a",))) == boxes.Gaps((), Fraction(0), finished=True)
    assert boxes.complete(boxes.Table((), ((), ()), ("a", "b"))) is True


def pigeons(holes: int) -> boxes.Table:
    """Return a complete table that only a long proof shows to be so: as many pigeons as holes and one, two of them share."""
    rows = []
    for one, other in itertools.combinations(range(holes + 1), 2):
        for hole in range(holes):
            rows.append(tuple(1 << hole if pigeon in (one, other) else (1 << holes) - 1 for pigeon in range(holes + 1)))
    return boxes.Table((holes,) * (holes + 1), tuple(rows), tuple(range(len(rows))))


def test_what_costs_too_much_is_undecided_and_never_guessed() -> None:
    assert boxes.complete(pigeons(4)) is True
    hard = pigeons(9)
    for answer in (boxes.complete(hard, steps=20_000), boxes.gaps(hard, steps=20_000)):
        assert isinstance(answer, boxes.Undecided)
        assert "20,000 steps" in answer.reason
    closing = boxes.Table(hard.sizes, (*hard.rows, hard.everything), (*hard.outputs, "rest"))
    found = boxes.shadows(closing, steps=20_000)
    assert len(hard.rows) in found.undecided
    assert not any(shadow.row in found.undecided for shadow in found.found)


def test_gaps_found_before_the_work_ends_are_told_without_a_share() -> None:
    hard = pigeons(9)
    open_side = boxes.Table((2, *hard.sizes), tuple((1, *row) for row in hard.rows), hard.outputs)
    found = boxes.gaps(open_side, steps=40_000)
    assert isinstance(found, boxes.Gaps)
    assert found.share is None
    assert not found.finished
    assert all(not any(meet(region, row) for row in open_side.rows) for region in found.regions)


def test_more_regions_than_asked_for_are_counted_in_the_share() -> None:
    rows = tuple((1 << cell, 1 << cell) for cell in range(20))
    table = boxes.Table((20, 20), rows, tuple(range(20)))
    found = boxes.gaps(table, most=3)
    assert isinstance(found, boxes.Gaps)
    assert len(found.regions) == 3
    assert not found.finished
    assert found.share == Fraction(380, 400)


@pytest.mark.parametrize("links", [40])
def test_a_chain_of_columns_is_followed_without_looking_at_all_their_combinations(links: int) -> None:
    """Row k covers what has cell 1 in column k and cell 0 in the next; only rows that rise are left: one region for each rise."""
    rows = [tuple(0b10 if c == k else 0b01 if c == k + 1 else 0b11 for c in range(links)) for k in range(links - 1)]
    table = boxes.Table((2,) * links, tuple(rows), ("x",) * len(rows))
    found = boxes.gaps(table, steps=2_000_000)
    assert isinstance(found, boxes.Gaps)
    assert found.share == Fraction(links + 1, 2**links)


def test_parts_left_uncovered_are_disjoint_and_lie_inside_the_region() -> None:
    chance = random.Random(7)
    for table in TABLES[::4]:
        region = tuple(chance.randint(1, mask) & mask or mask for mask in table.everything)
        parts = list(uncovered(region, table.rows, Work()))
        assert all(inside(part, region) for part in parts)
        assert not any(meet(one, other) for one, other in itertools.combinations(parts, 2))
        free = sum(has(region, point) and not any(has(row, point) for row in table.rows) for point in points(table))
        assert sum(map(volume, parts)) == free
        assert covered(region, table.rows, Work()) is (free == 0)


def test_bits_and_runs_of_a_mask() -> None:
    assert list(bits(0b1011_0001)) == [0, 4, 5, 7]
    assert list(runs(0b1011_0001)) == [(0, 0), (4, 5), (7, 7)]
    assert list(runs(0)) == []
    assert list(runs((1 << 300) - 1)) == [(0, 299)]
