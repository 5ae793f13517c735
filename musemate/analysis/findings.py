"""What a page of findings holds: sentences, charts and tables, drawn alike by the window and in a file."""

from __future__ import annotations

from dataclasses import dataclass

CHARTS = ("bars", "points", "spread")


@dataclass(frozen=True)
class Bar:
    """One row of a chart: a value with its interval, or a cloud of values.

    Parameters
    ----------
    label : str
    value : float or None
        None where nothing is known.
    low, high : float or None
        Ends of the interval.
    n : int
        How many answers it rests on.
    cloud : tuple of float
        Single values, for a spread.
    is_real : bool
        Whether it is of real clips, which are drawn apart.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    cloud: tuple[float, ...] = ()
    is_real: bool = False


@dataclass(frozen=True)
class Chart:
    """Rows of values on one axis.

    Parameters
    ----------
    name : str
        For its file: small letters, digits and hyphens.
    title : str
    kind : str
        "bars" from the axis' start, "points" with intervals, or "spread" with every value as well.
    axis : str
        What the axis shows, with its unit.
    bars : tuple of Bar
    least, most : float or None
        Ends of the axis; None for what the values need.
    reference : float or None
        A value to compare with, such as chance.
    reference_text : str
    note : str
        What the intervals are.
    is_share : bool
        Whether values are shares of 1, shown as per cent.
    """

    name: str
    title: str
    kind: str
    axis: str
    bars: tuple[Bar, ...]
    least: float | None = None
    most: float | None = None
    reference: float | None = None
    reference_text: str = ""
    note: str = ""
    is_share: bool = False


@dataclass(frozen=True)
class Table:
    """Cells as they are shown; numbers are written in the language already.

    Parameters
    ----------
    title : str
    head : tuple of str
    rows : tuple of tuple of str
    n_text : int
        So many columns on the left hold text; the rest is set as numbers.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_text: int = 1


@dataclass(frozen=True)
class Section:
    """One question and what is known about it.

    Parameters
    ----------
    name : str
        For links: small letters, digits and hyphens.
    title : str
    sentences : tuple of str
        Conclusions in plain language, the most important first.
    charts : tuple of Chart
    tables : tuple of Table
    explained : str
        How it was reckoned and what it does not say.
    """

    name: str
    title: str
    sentences: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    explained: str = ""


@dataclass(frozen=True)
class Findings:
    """A whole page.

    Parameters
    ----------
    title : str
    about : str
        How many listened to what and when, in one line.
    sections : tuple of Section
    """

    title: str
    about: str
    sections: tuple[Section, ...]
