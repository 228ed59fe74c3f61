"""Entities and lifecycles into JSON Schema: what a record may hold, what a placement looks like as JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from revrules.runtime.numbers import INTEGER_MAX, INTEGER_MIN
from revrules.runtime.results import Verdict
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from revrules import ir

    Schema = dict[str, object]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

JSON_TYPES: dict[Scalar, Schema] = {
    Scalar.BOOLEAN: {"type": "boolean"},
    Scalar.INTEGER: {"type": "integer", "minimum": INTEGER_MIN, "maximum": INTEGER_MAX},
    Scalar.NUMBER: {"type": "number"},
    Scalar.MONEY: {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*$"}]},
    Scalar.TEXT: {"type": "string"},
    Scalar.DATE: {"type": "string", "format": "date"},
    Scalar.DATETIME: {"type": "string", "format": "date-time"},
    Scalar.DURATION: {"type": "string", "pattern": r"^[+-]?P"},
}
"""What JSON holds for each type; null stands for missing everywhere."""


def record_schema(ruleset: ir.Ruleset, entity: str) -> Schema:
    """Return the schema of the records of ``entity``, related records nested; further properties are allowed.

    It describes records that are read without a data problem and spelled plainly. Cells as an export writes them (`"1,200"`,
    `"Yes"`) are read too, but are not what a program should send.
    """
    definitions: dict[str, object] = {}
    root = _entity_schema(ruleset, entity, definitions)
    named = {"$schema": DIALECT, "title": ruleset.entity(entity).label, **root}
    return {**named, "$defs": definitions} if definitions else named


def _entity_schema(ruleset: ir.Ruleset, entity: str, definitions: dict[str, object]) -> Schema:
    declared = ruleset.entity(entity)
    properties: dict[str, object] = {field.name: _field_schema(field) for field in declared.fields}
    for relation in declared.relations:
        if relation.entity not in definitions:
            definitions[relation.entity] = {}
            definitions[relation.entity] = {**_entity_schema(ruleset, relation.entity, definitions), "required": []}
        one: Schema = {"$ref": f"#/$defs/{_pointer(relation.entity)}"}
        properties[relation.name] = {"type": "array", "items": one} if relation.many else {"anyOf": [one, {"type": "null"}]}
    required = [field.name for field in declared.fields if field.required]
    schema: Schema = {"type": "object", "properties": properties, "required": required}
    return {"description": declared.doc, **schema} if declared.doc else schema


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _field_schema(field: ir.FieldDecl) -> Schema:
    """Return the schema of one field."""
    if isinstance(field.type, EnumType):
        spellings = [spelling for member in field.type.members for spelling in (member.name, *member.labels)]
        schema: Schema = {"enum": list(dict.fromkeys([*spellings, *([] if field.required else [None])]))}
    else:
        schema = {**JSON_TYPES[field.type], **_bounds(field)}
        if field.required:
            if field.type is Scalar.TEXT:
                schema["pattern"] = r"\S"
        else:
            schema = {"anyOf": [schema, {"type": "null"}]}
    return {"description": field.doc, **schema} if field.doc else schema


def _bounds(field: ir.FieldDecl) -> Schema:
    if field.type not in (Scalar.INTEGER, Scalar.NUMBER):
        return {}
    low, high = (float(end) if isinstance(end, Decimal) else end for end in (field.low, field.high))
    found: Schema = {} if low is None else {"minimum": low}
    return found if high is None else {**found, "exclusiveMaximum" if field.high_open else "maximum": high}


# --- results -----------------------------------------------------------------------------------------------------


def result_schema(ruleset: ir.Ruleset, lifecycle: str) -> Schema:
    """Return the schema of the placements in ``lifecycle``, as ``Placement.as_json`` gives them."""
    declared = ruleset.lifecycle(lifecycle)
    stages = [stage.name for stage in declared.stages]
    text: Schema = {"type": "string"}
    texts = _list(text)
    stage: Schema = {"enum": stages}
    maybe_stage: Schema = {"enum": [*stages, None]}
    any_value: Schema = {"type": ["string", "number", "boolean", "null"]}
    seen = _object({"name": {"type": "string"}, "value": any_value})
    blocker = _object({"criterion": {"type": "string"}, "seen": _list(seen), "missing": texts, "doc": {"type": "string"}})
    outcome: Schema = {"enum": ["won", "lost", None]}
    next_stage = _object(
        {"stage": stage, "owners": texts, "unmet": _list(blocker), "unknown": _list(blocker), "outcome": outcome}
    )
    violation = _object({"rule": text, "level": _level(), "message": text, "owners": texts})
    problem = _object({"field": {"type": "string"}, "value": {}, "reason": {"type": "string"}})
    moment: Schema = {
        "anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}, {"type": "null"}]
    }
    placement = _object(
        {
            "lifecycle": {"const": declared.name},
            "stage": maybe_stage,
            "path": _list(stage),
            "certain": {"type": "boolean"},
            "declared": maybe_stage,
            "verdict": {"enum": [*(verdict.value for verdict in Verdict), None]},
            "owners": texts,
            "next": _list(next_stage),
            "missing": texts,
            "violations": _list(violation),
            "unknown_rules": texts,
            "problems": _list(problem),
            "due": moment,
            "overdue": {"type": "boolean"},
        }
    )
    return {"$schema": DIALECT, "title": f"Placement in {declared.label or declared.name}", **placement}


def _level() -> Schema:
    return {"enum": ["observe", "warn", "block", "assert"]}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}
