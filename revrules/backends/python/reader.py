"""Field descriptions into quick checks that a raw record is typed already, so that the generic reader is seldom called."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from revrules.readers import record_spec
from revrules.runtime.numbers import INTEGER_MAX, INTEGER_MIN

if TYPE_CHECKING:
    from revrules import ir
    from revrules.backends.python.module import Module
    from revrules.runtime.records import RecordSpec
    from revrules.runtime.values import FieldSpec

LARGEST_NUMBER = 1.7976931348623157e308
LARGEST_MONEY = Decimal("99999999999999.9999")


def is_typed(module: Module, spec: RecordSpec, record: str, local: dict[str, str]) -> list[str]:
    """Return conditions that all hold when ``record`` may be used as it is; ``local`` names the variable of each field."""
    checks = [f"{record}.__class__ is dict"]
    for field in spec.fields:
        name = local.get(field.name, "x")
        check = _field(module, field, name)
        read = f"({name} := {record}.get({field.name!r}))"
        checked = f"({read} is not None and {check})" if field.required else f"({read} is None or {check})"
        checks.append(checked)
    for name, many, inner in spec.relations:
        usual = typed_function(module, inner)
        read = f"{record}.get({name!r})"
        if many:
            checks.append(f"((x := {read}) is None or x.__class__ is list and all(map({usual}, x)))")
        else:
            checks.append(f"((x := {read}) is None or {usual}(x))")
    return checks


def mend_function(module: Module, spec: RecordSpec, reader: str) -> str:
    """Return the name of the function that makes a raw record typed: what is typed stays, only the rest is read."""
    name, new = module.function_name(("mend", spec), "mend")
    if new:
        read = module.use("read_record", "records")
        lines = ["if raw.__class__ is not dict:", f"    return {read}({reader}, raw)", "record, problems = raw.copy(), []"]
        parts = [("read_field", "fields", n, field.name) for n, field in enumerate(spec.fields)]
        parts += [("read_relation", "relations", n, relation[0]) for n, relation in enumerate(spec.relations)]
        for check, (function, kind, n, part) in zip(is_typed(module, spec, "raw", {})[1:], parts, strict=True):
            value = f"{module.use(function, 'records')}({reader}.{kind}[{n}], raw, problems)"
            lines += [f"if not {check}:", f"    record[{part!r}] = {value}"]
        module.define(name, "raw", [*lines, "return record, problems"])
    return name


def typed_function(module: Module, spec: RecordSpec) -> str:
    """Return the name of the function that says whether a related record may be used as it is."""
    name, new = module.function_name(("typed", spec), "typed")
    if new:
        relaxed = spec._replace(fields=tuple(field._replace(required=False) for field in spec.fields))
        checks = is_typed(module, relaxed, "record", {})
        module.define(name, "record", [f"return ({' and '.join(checks)})"])
    return name


def _field(module: Module, field: FieldSpec, name: str) -> str:
    """Return the check of a value that is not None. What fails it may still be a value: the generic reader decides."""
    stand_ins = ""
    if field.missing_values:
        values: tuple[ir.Value, ...] = field.missing_values  # type: ignore[assignment]  # of the field's type
        stand_ins = f" and {name} not in {module.values(values).text}"
    match field.kind:
        case "boolean":
            return f"{name}.__class__ is bool{stand_ins}"
        case "integer":
            return f"{name}.__class__ is int and {_between(module, field, name, INTEGER_MIN, INTEGER_MAX)}{stand_ins}"
        case "number":
            return f"{name}.__class__ is float and {_between(module, field, name, -LARGEST_NUMBER, LARGEST_NUMBER)}{stand_ins}"
        case "money":
            step = module.value(Decimal("0.0001")).text
            inside = _between(module, field, name, -LARGEST_MONEY, LARGEST_MONEY)
            return f"{name}.__class__ is {module.use('Decimal')} and {name}.same_quantum({step}) and {inside}{stand_ins}"
        case "text":
            texts = f" and {name}.strip() not in {module.values(field.missing_texts).text}" if field.missing_texts else ""
            return f"{name}.__class__ is str and {name} >= '!' and {name}.isascii(){texts}"
        case "date":
            return f"{name}.__class__ is {module.use('date')}{_limits(module, field, name)}{stand_ins}"
        case "datetime":
            utc = f"{name}.tzinfo is {module.use('UTC')}"
            return f"{name}.__class__ is {module.use('datetime')} and {utc}{_limits(module, field, name)}{stand_ins}"
        case "duration":
            low, high = (module.constant(f"{module.use('timedelta')}(microseconds={end})") for end in (-(2**63), 2**63 - 1))
            inside = f"{low} <= {name} <= {high}"
            return f"{name}.__class__ is timedelta and {inside}{_limits(module, field, name)}{stand_ins}"
        case _:
            members = tuple(member for member, _ in field.members if member not in field.missing_texts)
            limits = _limits(module, field, name)
            return "False" if limits else f"{name}.__class__ is str and {name} in {module.values(members).text}"


def _between(module: Module, field: FieldSpec, name: str, least: ir.Value, greatest: ir.Value) -> str:
    low = least if field.low is None else field.low
    high = greatest if field.high is None else field.high
    end = "<" if field.high_open and field.high is not None else "<="
    return f"{_constant(module, low)} <= {name} {end} {_constant(module, high)}"


def _limits(module: Module, field: FieldSpec, name: str) -> str:
    text = "" if field.low is None else f" and {name} >= {_constant(module, field.low)}"
    return text + (
        "" if field.high is None else f" and {name} {'<' if field.high_open else '<='} {_constant(module, field.high)}"
    )


def _constant(module: Module, value: object) -> str:
    return module.value(value).text  # type: ignore[arg-type]  # bounds are values of the language


def reader_constant(module: Module, entity: str) -> tuple[str, RecordSpec]:
    """Return the name of the constant that reads records of ``entity``, and their description."""
    spec = record_spec(module.ruleset, entity)
    module.use("record_reader", "records")
    return module.constant(f"record_reader({_spec_text(module, spec)})", "READER"), spec


def _spec_text(module: Module, spec: RecordSpec) -> str:
    module.use("RecordSpec", "records")
    fields = "".join(f"\n    {_field_text(module, field)}," for field in spec.fields)
    relations = "".join(f"({name!r}, {many}, {_spec_text(module, inner)})," for name, many, inner in spec.relations)
    return f"RecordSpec(({fields}\n), ({relations}))"


def _field_text(module: Module, field: FieldSpec) -> str:
    """Return the text that makes a field's description, defaults left out."""
    module.use("FieldSpec", "values")
    parts = [repr(field.name), repr(field.kind)]
    for name, default in type(field)._field_defaults.items():
        given = getattr(field, name)
        if given != default:
            parts.append(f"{name}={_plain(module, given)}")
    return f"FieldSpec({', '.join(parts)})"


def _plain(module: Module, value: object) -> str:
    if isinstance(value, tuple):
        return "(" + "".join(f"{_plain(module, part)}, " for part in value) + ")"
    return repr(value) if value is None else _constant(module, value)
