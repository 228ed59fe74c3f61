"""A run over a table into one page of HTML that people look at and pass on."""

from __future__ import annotations

from revrules.report.collector import Collector
from revrules.report.page import page
from revrules.report.values import Cell, Kind, Report, Sample, Subject

__all__ = ["Cell", "Collector", "Kind", "Report", "Sample", "Subject", "page"]
