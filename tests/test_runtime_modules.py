"""The runtime's modules can be written one after another into one file: that is what a standalone module is."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path

import pytest

import revrules.runtime

FOLDER = Path(revrules.runtime.__file__).parent
MODULES = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.py") if path.stem != "__init__"}


def imports_of(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """Return the imports at run time: those for the type checker alone are left out."""
    return [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]


def names_of(tree: ast.Module) -> set[str]:
    """Return the names that a module defines at its top level."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        names |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return names


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_the_standard_library_and_names_of_other_modules_only(name: str) -> None:
    for node in imports_of(MODULES[name]):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for module in modules:
            ours = module.startswith("revrules.runtime.") and isinstance(node, ast.ImportFrom)
            assert ours or module.partition(".")[0] in sys.stdlib_module_names, module
            assert not ours or all(alias.asname is None for alias in node.names), f"{module} under another name"


def test_no_name_is_defined_by_two_modules() -> None:
    defined = Counter(name for tree in MODULES.values() for name in names_of(tree))
    assert [name for name, times in defined.items() if times > 1] == []


def test_no_name_that_is_imported_hides_one_that_is_defined() -> None:
    defined = {name: module for module, tree in MODULES.items() for name in names_of(tree)}
    for module, tree in MODULES.items():
        for node in imports_of(tree):
            from_ours = isinstance(node, ast.ImportFrom) and (node.module or "").startswith("revrules.runtime.")
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                assert from_ours or bound not in defined, f"{module} imports {bound}, which {defined.get(bound)} defines"


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    needs = {
        name: {(node.module or "").rpartition(".")[2] for node in imports_of(tree) if isinstance(node, ast.ImportFrom)}
        & MODULES.keys()
        for name, tree in MODULES.items()
    }
    while free := {name for name, needed in needs.items() if not needed & needs.keys()}:
        needs = {name: needed for name, needed in needs.items() if name not in free}
    assert not needs
