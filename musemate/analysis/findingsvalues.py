"""Findings as plain values, fit for JSON: what a worker sends to the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from musemate.analysis.findings import Bar, Chart, Findings, Section, Table


def values_of(findings: Findings) -> dict[str, Any]:
    """Return what `findings_from` makes these findings of."""
    return asdict(findings)


def findings_from(values: Mapping[str, Any]) -> Findings:
    """Make findings of values that this program has made.

    Raises
    ------
    TypeError, KeyError
        They are of something else.
    """
    return Findings(values["title"], values["about"], tuple(_section(section) for section in values["sections"]))


def _section(values: Mapping[str, Any]) -> Section:
    parts = {
        "sentences": tuple(values["sentences"]),
        "charts": tuple(_chart(chart) for chart in values["charts"]),
        "tables": tuple(_table(table) for table in values["tables"]),
    }
    return Section(**{**values, **parts})


def _chart(values: Mapping[str, Any]) -> Chart:
    return Chart(**{**values, "bars": tuple(Bar(**{**bar, "cloud": tuple(bar["cloud"])}) for bar in values["bars"])})


def _table(values: Mapping[str, Any]) -> Table:
    rows = tuple(tuple(row) for row in values["rows"])
    return Table(**{**values, "head": tuple(values["head"]), "rows": rows})
