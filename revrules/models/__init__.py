"""A ruleset into texts for a warehouse: a statement, a view, a table, a dbt model with its tests and docs."""

from revrules.models.dbt import dbt_files
from revrules.models.statements import Model, Shape, as_text, model

__all__ = ["Model", "Shape", "as_text", "dbt_files", "model"]
