"""The names that `import revrules` promises."""

from __future__ import annotations

import importlib

import revrules


def test_load_is_the_function_whatever_was_imported_before() -> None:
    for name in ("revrules.compiler", "revrules.cli.check", "revrules.tables", "revrules.ruleset"):
        importlib.import_module(name)
    assert callable(revrules.load)


def test_every_public_name_is_there() -> None:
    for name in revrules.__all__:
        assert getattr(revrules, name) is not None


def test_what_is_imported_by_a_module_of_its_own_needs_no_spark() -> None:
    assert callable(importlib.import_module("revrules.spark").place)
