"""The IR into one Python module without dependencies: the runtime it needs, the generated code, the same results."""

from __future__ import annotations

import ast
from importlib.resources import files
from typing import TYPE_CHECKING

import revrules
from revrules.backends.python import generate_lifecycle

if TYPE_CHECKING:
    from revrules import ir

RUNTIME = "revrules.runtime"

HEAD = '''"""The lifecycles of a ruleset as one module that needs nothing but Python 3.11 or later.

Made by revrules {version}; change the ruleset, not this file.

    place = lifecycle("name")        # the name may be left out where there is one lifecycle
    place(record, as_of=now)         # a Placement: stage, verdict, next stages with what is missing, …
    place(record).as_json()          # the same as dicts, lists and texts: what json.dumps takes
    place.stage(record, as_of=now)   # the stage alone, of a record whose values have their types
"""
'''

TAIL = '''
LIFECYCLES = {{{entries}}}
"""How each lifecycle is made, by name."""

_MADE = {{}}


def lifecycle(name=None):
    """Return a lifecycle, ready to place records; without ``name`` the only one. Raises ``KeyError``."""
    if name is None and len(LIFECYCLES) == 1:
        name = next(iter(LIFECYCLES))
    if name not in LIFECYCLES:
        raise KeyError(f"no lifecycle {{name!r}}; there is: {{', '.join(LIFECYCLES)}}")
    if name not in _MADE:
        entity, bind = LIFECYCLES[name]()
        _MADE[name] = Lifecycle(name, entity, bind, (lifecycle, (name,)))
    return _MADE[name]
'''


def standalone(ruleset: ir.Ruleset, lifecycles: tuple[str, ...] = ()) -> str:
    """Return the text of a module with ``lifecycles`` (without any, all of them) that gives the same answers as revrules.

    The same ruleset gives the same text.
    """
    names = lifecycles or tuple(found.name for found in ruleset.lifecycles)
    generated = {name: ast.parse(generate_lifecycle(ruleset, name)) for name in names}
    needed = _needed(generated)
    renamed = _renamed(needed)
    standard = sorted({line for tree in (*needed.values(), *generated.values()) for line in _standard_imports(tree)})
    parts = [HEAD.format(version=revrules.__version__), "from __future__ import annotations\n", "\n".join(standard)]
    parts.append(f"\nTYPE_CHECKING = False\nRULESET = {ruleset.name!r}")
    for module, tree in needed.items():
        parts.append(f"\n\n# --- {module.removeprefix(RUNTIME + '.')}\n\n{_body(tree, renamed[module])}")
    for number, tree in enumerate(generated.values()):
        inside = "\n".join(f"    {line}" if line else "" for line in _body(tree, {}).split("\n"))
        parts.append(f"\n\ndef _lifecycle_{number}():\n{inside}\n    return ENTITY, bind")
    entries = ", ".join(f"{name!r}: _lifecycle_{number}" for number, name in enumerate(names))
    return "\n".join([*parts, TAIL.format(entries=entries)])


# --- the runtime -------------------------------------------------------------------------------------------------


def _needed(generated: dict[str, ast.Module]) -> dict[str, ast.Module]:
    """Return the modules of the runtime that the generated code needs, each after those that it needs itself."""
    found: dict[str, ast.Module] = {}

    def visit(module: str) -> None:
        if module not in found:
            tree = _parsed(module)
            for inner in _runtime_imports(tree):
                visit(inner)
            found[module] = tree

    for tree in generated.values():
        for module in _runtime_imports(tree):
            visit(module)
    for module in (f"{RUNTIME}.results", f"{RUNTIME}.lifecycles"):
        visit(module)
    return found


def _parsed(module: str) -> ast.Module:
    name = module.removeprefix(f"{RUNTIME}.")
    tree = ast.parse(files(RUNTIME).joinpath(f"{name}.py").read_text("utf-8"))
    tree.body = [node for node in tree.body if not _is_for_types(node)]
    return tree


def _is_for_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _runtime_imports(tree: ast.Module) -> list[str]:
    modules = [node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    return sorted({module for module in modules if module.startswith(RUNTIME)})


def _standard_imports(tree: ast.Module) -> list[str]:
    """Return the imports of the standard library, a line for each name."""
    lines: list[str] = []
    for node in tree.body:
        match node:
            case ast.Import(names):
                lines += [f"import {alias.name}" for alias in names]
            case ast.ImportFrom(module, names) if module and not module.startswith(RUNTIME) and module != "__future__":
                lines += [f"from {module} import {alias.name}" for alias in names if alias.name != "TYPE_CHECKING"]
            case _:
                pass
    return lines


def _renamed(modules: dict[str, ast.Module]) -> dict[str, dict[str, str]]:
    """Return new names for what two modules define under one name, by module."""
    owners: dict[str, list[str]] = {}
    for module, tree in modules.items():
        for name in _defined(tree):
            owners.setdefault(name, []).append(module)
    renamed: dict[str, dict[str, str]] = {module: {} for module in modules}
    for name, holders in owners.items():
        for module in holders[1:]:
            assert name.startswith("_") or name.isupper(), f"two modules of the runtime define `{name}`, which may be a parameter"
            renamed[module][name] = f"{name}_{module.rpartition('.')[2]}"
    for module, tree in modules.items():
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module in renamed:
                renamed[module] |= {a.name: renamed[node.module][a.name] for a in node.names if a.name in renamed[node.module]}
    return renamed


def _defined(tree: ast.Module) -> list[str]:
    found: list[str] = []
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.append(name)
            case ast.Assign(targets):
                found += [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            case ast.AnnAssign(target=ast.Name(name)):
                found.append(name)
            case _:
                pass
    return list(dict.fromkeys(found))


class _Rename(ast.NodeTransformer):
    """Gives names of one module their new spelling."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self.names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self.names.get(node.name, node.name)
        return self.generic_visit(node)


def _body(tree: ast.Module, names: dict[str, str]) -> str:
    """Return the text of a module without its imports and its docstring."""
    kept = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    if kept and isinstance(kept[0], ast.Expr) and isinstance(kept[0].value, ast.Constant):
        kept = kept[1:]
    body = ast.Module(kept, [])
    return ast.unparse(ast.fix_missing_locations(_Rename(names).visit(body)) if names else body)
