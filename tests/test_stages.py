"""A lifecycle as a graph: what leads where, what loops, what ends, who hands over to whom."""

from __future__ import annotations

import sys
import time
from itertools import pairwise

from revrules import ir
from revrules.stages import (
    Ways,
    ends,
    entries,
    forward_cycles,
    graph,
    hand_offs,
    layers,
    loops_without_exit,
    order,
    reachable,
    without_way_in,
)
from revrules.types import Scalar

TRUE = ir.Literal(True, Scalar.BOOLEAN)


def lifecycle(
    ways: str, *, entry: str = "a", won: str = "", owners: dict[str, tuple[str, ...]] | None = None, names: str = ""
) -> ir.Lifecycle:
    """Return a lifecycle of one-letter stages: ``a>b`` is a forward edge, ``b<a`` a way back from a to b."""
    written = ways.split()
    stages = tuple(names or dict.fromkeys("".join(written).replace(">", "").replace("<", "")))
    position = {name: place for place, name in enumerate(stages)}
    pairs = [(way[0], way[2], False) if ">" in way else (way[2], way[0], True) for way in written if len(way) == 3]
    edges = (ir.Edge(source, target, back, TRUE) for source, target, back in pairs)
    return ir.Lifecycle(
        "l",
        "",
        "account",
        tuple(
            ir.Stage(
                name,
                (),
                (),
                name in entry,
                (owners or {}).get(name, ()),
                None,
                TRUE,
                outcome=ir.Outcome.WON if name in won else None,
            )
            for name in stages
        ),
        tuple(sorted(edges, key=lambda edge: (position[edge.source], position[edge.target]))),
    )


def ways_of(edges: tuple[ir.Edge, ...]) -> list[str]:
    return [f"{edge.source}>{edge.target}" for edge in edges]


def test_edges_are_found_by_source_and_by_target_in_the_order_of_the_file() -> None:
    stages = graph(lifecycle("a>b a>c b>c b<c"))
    assert ways_of(stages.leaving["a"]) == ["a>b", "a>c"]
    assert ways_of(stages.entering["c"]) == ["a>c", "b>c"]
    assert ways_of(stages.leaving["c"]) == ["c>b"]
    assert stages.forward("c") == ()


def test_entries_are_those_that_say_so() -> None:
    assert [stage.name for stage in entries(graph(lifecycle("a>b c>b", entry="ac")))] == ["a", "c"]


def test_a_way_back_counts_as_a_way_only_when_all_ways_are_asked_for() -> None:
    stages = graph(lifecycle("a>b c<b c>d"))
    assert reachable(stages, ["a"], Ways.FORWARD) == {"a", "b"}
    assert reachable(stages, ["a"], Ways.ALL) == {"a", "b", "c", "d"}


def test_a_stage_without_a_way_in_is_found_and_so_is_what_follows_only_from_it() -> None:
    stages = graph(lifecycle("a>b c>d"))
    assert [stage.name for stage in without_way_in(stages)] == ["c", "d"]


def test_an_end_is_a_stage_that_no_edge_leaves_not_even_a_way_back() -> None:
    stages = graph(lifecycle("a>b a>c a<c"))
    assert [stage.name for stage in ends(stages)] == ["b"]


def test_the_order_follows_the_edges() -> None:
    assert order(graph(lifecycle("c>a b>c", entry="b", names="abc"))) == ("b", "c", "a")


def test_a_cycle_of_forward_edges_has_no_order_and_is_shown_at_its_shortest() -> None:
    stages = graph(lifecycle("a>b b>c c>d d>b d>c"))
    assert order(stages) is None
    (cycle,) = forward_cycles(stages)
    assert ways_of(cycle.edges) in (["b>c", "c>d", "d>b"], ["c>d", "d>c"])
    assert ways_of(cycle.against_order) == ["d>b", "d>c"]


def test_an_edge_from_a_stage_to_itself_is_a_cycle() -> None:
    (cycle,) = forward_cycles(graph(lifecycle("a>b b>b")))
    assert ways_of(cycle.edges) == ["b>b"]


def test_two_knots_are_two_cycles() -> None:
    found = forward_cycles(graph(lifecycle("a>b b>a b>c c>d d>c")))
    assert [ways_of(cycle.against_order) for cycle in found] == [["b>a"], ["d>c"]]


def test_a_declared_way_back_is_no_cycle() -> None:
    assert forward_cycles(graph(lifecycle("a>b b>c a<c"))) == ()


def test_a_loop_without_exit_is_found_and_one_with_an_exit_is_not() -> None:
    assert loops_without_exit(graph(lifecycle("a>b b>c b<c a>d"))) == (("b", "c"),)
    assert loops_without_exit(graph(lifecycle("a>b b>c b<c c>d"))) == ()


def test_a_loop_that_goes_through_a_won_stage_has_its_end_there() -> None:
    assert loops_without_exit(graph(lifecycle("a>b b>c b<c", won="b"))) == ()


def test_stages_that_lead_into_a_loop_are_not_part_of_it() -> None:
    assert loops_without_exit(graph(lifecycle("a>b b>c c>d c<d"))) == (("c", "d"),)


def test_a_hand_off_is_an_edge_between_teams_and_never_from_nobody() -> None:
    owners = {"a": ("marketing",), "b": ("sales",), "c": ("sales", "marketing"), "d": ()}
    stages = graph(lifecycle("a>b b>c c>d d>e", owners=owners))
    assert ways_of(hand_offs(stages)) == ["a>b"]


def test_a_layer_is_the_longest_way_from_an_entry() -> None:
    assert layers(graph(lifecycle("a>b b>c a>c a<c"))) == {"a": 0, "b": 1, "c": 2}


def test_layers_exist_for_a_lifecycle_with_a_forward_cycle() -> None:
    assert layers(graph(lifecycle("a>b b>c c>b"))) == {"a": 0, "b": 1, "c": 2}


def test_a_sound_lifecycle_needs_no_networkx() -> None:
    loaded = sys.modules.pop("networkx", None)
    try:
        stages = graph(lifecycle("a>b b>c b<c c>d"))
        assert forward_cycles(stages) == ()
        assert loops_without_exit(stages) == ()
        assert "networkx" not in sys.modules
    finally:
        if loaded is not None:
            sys.modules["networkx"] = loaded


def test_a_thousand_stages_with_ways_from_any_are_quick() -> None:
    names = [f"s{number}" for number in range(1000)]
    chain = [ir.Edge(source, target, False, TRUE) for source, target in pairwise(names)]
    lost = [ir.Edge(source, f"lost{number}", False, TRUE) for number in range(20) for source in names]
    all_names = [*names, *(f"lost{number}" for number in range(20))]
    stages = tuple(ir.Stage(name, (), (), name == "s0", (), None, TRUE) for name in all_names)
    started = time.process_time()
    large = graph(ir.Lifecycle("l", "", "account", stages, (*chain, *lost)))
    assert order(large) is not None
    assert without_way_in(large) == ()
    assert loops_without_exit(large) == ()
    assert layers(large)["lost0"] == 1000
    assert time.process_time() - started < 2
