"""The IR into a JSON text and back: a ruleset as one file that loads without the grammar, and that shows when it was changed.

A node is an object whose ``$`` names it; members that have their default value are left out; places in files are not kept. Values
that JSON does not have are objects too: ``{"$": "date", "text": "2026-11-21"}``. Reading is strict and runs nothing.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import sys
import types
import typing
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Union, cast

import revrules
from revrules import ir, syntax
from revrules import types as language_types
from revrules.artifact_check import inconsistency

if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT = "revrules-artifact"
VERSION = 1
LARGEST = 256 * 1024 * 1024
"""Bytes that are read at all."""


class ArtifactError(ValueError):
    """A file is no artifact, or not one that this version of revrules can use. The text says what is wrong and where."""


def dump(ruleset: ir.Ruleset) -> bytes:
    """Return the artifact of ``ruleset`` in UTF-8: the same bytes for the same meaning, whatever the layout of its files."""
    meaning = encode(ruleset)
    whole = {
        "format": FORMAT,
        "version": VERSION,
        "revrules": revrules.__version__,
        "hash": content_hash(meaning),
        "ruleset": meaning,
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def load(data: bytes) -> ir.Ruleset:
    """Return the ruleset that an artifact holds. Raises ``ArtifactError`` for anything else, with one clear sentence."""
    if len(data) > LARGEST:
        raise ArtifactError(f"an artifact has at most {LARGEST:,} bytes, this file has {len(data):,}")
    try:
        whole = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
        _check_head(whole)
        if content_hash(whole["ruleset"]) != whole["hash"]:
            raise ArtifactError("the content does not have the hash that the artifact gives: it was changed after it was built")
        ruleset = cast("ir.Ruleset", _decode(whole["ruleset"], ir.Ruleset, "ruleset"))
        wrong = inconsistency(ruleset)
    except UnicodeDecodeError as error:
        raise ArtifactError("an artifact is JSON in UTF-8; these bytes are not") from error
    except json.JSONDecodeError as error:
        raise ArtifactError(f"an artifact is JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}") from error
    except RecursionError:
        raise ArtifactError("the content is nested deeper than a ruleset can be") from None
    if wrong is not None:
        raise ArtifactError(wrong)
    return ruleset


def content_hash(meaning: object) -> str:
    """Return ``sha256:`` and the digest of an encoded ruleset, members sorted and without white space."""
    canonical = json.dumps(meaning, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _no_constant(text: str) -> object:
    raise ArtifactError(f"`{text}` is no value of an artifact")


def _check_head(whole: object) -> None:
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise ArtifactError(f'an artifact is an object with "format": "{FORMAT}"; write one with `revrules build`')
    if type(whole.get("version")) is not int or whole["version"] != VERSION:
        raise ArtifactError(f"this revrules reads artifacts of version {VERSION}, not {whole.get('version')!r}: build it again")
    wanted = {"format", "version", "revrules", "hash", "ruleset"}
    if set(whole) != wanted or not isinstance(whole["hash"], str):
        raise ArtifactError(f"an artifact has exactly the members {', '.join(sorted(wanted))}")


# --- writing -----------------------------------------------------------------------------------------------------


def encode(value: object) -> object:
    """Return a node, or what is inside one, as JSON holds it."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return {"$": "decimal", "text": str(value)}
        case datetime.datetime():
            return {"$": "datetime", "text": value.astimezone(datetime.UTC).isoformat()}
        case datetime.date():
            return {"$": "date", "text": value.isoformat()}
        case datetime.time():
            return {"$": "time", "text": value.isoformat()}
        case datetime.timedelta():
            return {"$": "duration", "microseconds": value // datetime.timedelta(microseconds=1)}
        case tuple():
            return [encode(item) for item in value]
        case list():
            return {"$": "records", "items": [encode(item) for item in value]}
        case _:
            return _encode_node(value)


def _encode_node(node: object) -> dict[str, object]:
    assert dataclasses.is_dataclass(node), f"no part of the IR: {type(node).__name__}"
    found: dict[str, object] = {"$": type(node).__name__}
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if field.name != "span" and (field.default is dataclasses.MISSING or not _same(value, field.default)):
            found[field.name] = encode(value)
    return found


def _same(value: object, default: object) -> bool:
    return type(value) is type(default) and value == default


# --- reading -----------------------------------------------------------------------------------------------------

NODES: dict[str, type] = {
    name: value
    for module in (ir, language_types)
    for name, value in vars(module).items()
    if isinstance(value, type) and dataclasses.is_dataclass(value) and name != "Node"
}

SCALARS: dict[str, tuple[type, str, Callable[[str], object]]] = {
    "decimal": (Decimal, "text", Decimal),
    "datetime": (datetime.datetime, "text", lambda text: datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)),
    "date": (datetime.date, "text", datetime.date.fromisoformat),
    "time": (datetime.time, "text", datetime.time.fromisoformat),
}


@cache
def _hints(node: type) -> dict[str, object]:
    """Return the types of a node's members, without its place."""
    named = {"Unit": syntax.Unit, "Span": type(None), "datetime": datetime, "Decimal": Decimal}
    names = {**vars(language_types), **vars(ir), **vars(sys.modules[node.__module__]), **named}
    return {name: hint for name, hint in typing.get_type_hints(node, names).items() if name != "span"}


def _decode(data: object, hint: object, place: str) -> object:
    """Return the value of type ``hint`` that ``data`` says. ``place`` is where it stands, for messages."""
    if isinstance(hint, typing.ForwardRef | str):
        hint = _hint_named(hint if isinstance(hint, str) else hint.__forward_arg__)
    origin = typing.get_origin(hint)
    if origin in (Union, types.UnionType):
        return _decode_choice(data, typing.get_args(hint), place)
    if origin is tuple:
        return _decode_tuple(data, typing.get_args(hint), place)
    if origin is list:
        if not isinstance(data, dict) or set(data) != {"$", "items"} or data["$"] != "records":
            raise ArtifactError(f"{place}: expected a list of records")
        (item,) = typing.get_args(hint)
        return [_decode(each, item, f"{place}[{at}]") for at, each in enumerate(_array(data["items"], place))]
    assert isinstance(hint, type), f"no type of the IR: {hint!r}"
    return _decode_type(data, hint, place)


def _hint_named(name: str) -> object:
    return vars(ir)[name]


def _decode_type(data: object, hint: type, place: str) -> object:
    if dataclasses.is_dataclass(hint):
        return _decode_node(data, hint, place)
    if issubclass(hint, Enum):
        if not isinstance(data, str) or data not in [member.value for member in hint]:
            raise ArtifactError(f"{place}: expected one of {', '.join(str(member.value) for member in hint)}")
        return hint(data)
    if hint is datetime.timedelta:
        if not isinstance(data, dict) or set(data) != {"$", "microseconds"} or type(data["microseconds"]) is not int:
            raise ArtifactError(f"{place}: expected a duration in microseconds")
        if not -(2**63) <= data["microseconds"] < 2**63:
            raise ArtifactError(f"{place}: the duration is too long")
        return datetime.timedelta(microseconds=data["microseconds"])
    for tag, (kind, member, read) in SCALARS.items():
        if hint is kind:
            if not isinstance(data, dict) or set(data) != {"$", member} or data["$"] != tag or not isinstance(data[member], str):
                raise ArtifactError(f"{place}: expected a {tag}")
            return _read_text(tag, read, data[member], place)
    if type(data) is not hint:
        raise ArtifactError(f"{place}: expected {_word(hint)}, not {_shown(data)}")
    if hint is int and not -(2**63) <= cast("int", data) < 2**63:
        raise ArtifactError(f"{place}: {_shown(data)} does not fit 64 bits")
    return data


def _read_text(tag: str, read: Callable[[str], object], text: str, place: str) -> object:
    try:
        value = read(text) if len(text) <= 100 else None
    except (ValueError, InvalidOperation, OverflowError):
        value = None
    if value is None or (isinstance(value, Decimal) and not value.is_finite()):
        raise ArtifactError(f"{place}: `{text[:40]}` is no {tag}")
    return value


def _decode_choice(data: object, choices: tuple[object, ...], place: str) -> object:
    """Return the value by the one of ``choices`` that the look of ``data`` calls for."""
    for choice in choices:
        if _fits(data, choice):
            return _decode(data, choice, place)
    raise ArtifactError(f"{place}: {_shown(data)} cannot stand here")


def _fits(data: object, choice: object) -> bool:
    if isinstance(choice, typing.ForwardRef | str):
        choice = _hint_named(choice if isinstance(choice, str) else choice.__forward_arg__)
    origin = typing.get_origin(choice)
    if origin in (Union, types.UnionType):
        return any(_fits(data, each) for each in typing.get_args(choice))
    if origin is tuple:
        return isinstance(data, list)
    tag = data.get("$") if isinstance(data, dict) else None
    if origin is list:
        return tag == "records"
    assert isinstance(choice, type), f"no type of the IR: {choice!r}"
    if dataclasses.is_dataclass(choice):
        return tag == choice.__name__
    if issubclass(choice, Enum):
        return isinstance(data, str) and data in [member.value for member in choice]
    if choice is datetime.timedelta:
        return tag == "duration"
    if isinstance(tag, str) and tag in SCALARS:
        return SCALARS[tag][0] is choice
    return type(data) is choice


def _decode_tuple(data: object, parts: tuple[object, ...], place: str) -> tuple[object, ...]:
    items = _array(data, place)
    if len(parts) == 2 and parts[1] is Ellipsis:
        return tuple(_decode(item, parts[0], f"{place}[{at}]") for at, item in enumerate(items))
    if len(items) != len(parts):
        raise ArtifactError(f"{place}: expected {len(parts)} items, not {len(items)}")
    return tuple(_decode(item, part, f"{place}[{at}]") for at, (item, part) in enumerate(zip(items, parts, strict=True)))


def _array(data: object, place: str) -> list[object]:
    if not isinstance(data, list):
        raise ArtifactError(f"{place}: expected an array, not {_shown(data)}")
    return data


def _decode_node(data: object, node: type, place: str) -> object:
    if not isinstance(data, dict) or data.get("$") != node.__name__:
        raise ArtifactError(f"{place}: expected a {node.__name__}, not {_shown(data)}")
    hints = _hints(node)
    unknown = sorted(set(data) - {"$", *hints})
    if unknown:
        raise ArtifactError(f"{place}: a {node.__name__} has no `{unknown[0][:40]}`")
    fields = {field.name: field for field in dataclasses.fields(node) if field.name in hints}
    missing = [name for name, field in fields.items() if name not in data and field.default is dataclasses.MISSING]
    if missing:
        raise ArtifactError(f"{place}: the {node.__name__} lacks `{missing[0]}`")
    members = {name: _decode(data[name], hints[name], f"{place}.{name}") for name in fields if name in data}
    return node(**members)


def _word(hint: type) -> str:
    return {bool: "true or false", int: "an integer", float: "a number", str: "a text"}.get(hint, hint.__name__)


def _shown(data: object) -> str:
    if isinstance(data, dict):
        return f"a {str(data['$'])[:40]}" if "$" in data else "an object"
    text = json.dumps(data, ensure_ascii=False) if not isinstance(data, list) else "an array"
    return text if len(text) <= 40 else text[:40] + "…"


# --- the schema --------------------------------------------------------------------------------------------------


def schema() -> dict[str, object]:
    """Return the JSON Schema of artifacts."""
    nodes: dict[str, object] = {name: _node_schema(node) for name, node in NODES.items()}
    texts: dict[str, object] = {tag: _tagged(tag, {member: {"type": "string"}}) for tag, (_, member, _) in SCALARS.items()}
    texts["duration"] = _tagged("duration", {"microseconds": {"type": "integer"}})
    texts["given"] = {"anyOf": [{"type": ["null", "boolean", "number", "string", "object", "array"]}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A compiled ruleset",
        "type": "object",
        "properties": {
            "format": {"const": FORMAT},
            "version": {"const": VERSION},
            "revrules": {"type": "string"},
            "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
            "ruleset": {"$ref": "#/$defs/Ruleset"},
        },
        "required": ["format", "version", "revrules", "hash", "ruleset"],
        "additionalProperties": False,
        "$defs": {**nodes, **texts},
    }


def _tagged(tag: str, properties: dict[str, object]) -> dict[str, object]:
    members = {"$": {"const": tag}, **properties}
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


def _node_schema(node: type) -> dict[str, object]:
    hints = _hints(node)
    assert dataclasses.is_dataclass(node), "a node of the IR"
    needed = [field.name for field in dataclasses.fields(node) if field.name in hints and field.default is dataclasses.MISSING]
    members: dict[str, object] = {name: _hint_schema(hint) for name, hint in hints.items()}
    return {**_tagged(node.__name__, members), "required": ["$", *needed]}


def _hint_schema(hint: object) -> dict[str, object]:
    if isinstance(hint, typing.ForwardRef | str):
        name = hint if isinstance(hint, str) else hint.__forward_arg__
        return {"$ref": "#/$defs/given"} if name == "Given" else _hint_schema(_hint_named(name))
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_hint_schema(each) for each in arguments]}
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"type": "array", "items": _hint_schema(arguments[0])}
    if origin is tuple:
        return {"type": "array", "prefixItems": [_hint_schema(each) for each in arguments], "items": False}
    if origin is list:
        return _tagged("records", {"items": {"type": "array", "items": {"$ref": "#/$defs/given"}}})
    assert isinstance(hint, type), f"no type of the IR: {hint!r}"
    if dataclasses.is_dataclass(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    tags = {kind: tag for tag, (kind, _, _) in SCALARS.items()} | {datetime.timedelta: "duration"}
    if hint in tags:
        return {"$ref": f"#/$defs/{tags[hint]}"}
    words: dict[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    return {"type": words[hint]}
