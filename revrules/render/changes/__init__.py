"""A difference of two versions into text for the terminal, Markdown for a pull request, a page, JSON, workflow commands."""

from revrules.render.changes.as_html import as_html
from revrules.render.changes.as_json import as_json
from revrules.render.changes.for_github import for_github
from revrules.render.changes.markdown import as_markdown
from revrules.render.changes.text import as_text

__all__ = ["as_html", "as_json", "as_markdown", "as_text", "for_github"]
