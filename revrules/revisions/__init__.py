"""A git repository into the files of its revisions, read from its objects: the work tree and the index are never touched."""

from revrules.revisions.failure import RevisionError
from revrules.revisions.history import Commit
from revrules.revisions.repository import Repository, Revision
from revrules.revisions.trees import Tree

__all__ = ["Commit", "Repository", "Revision", "RevisionError", "Tree"]
