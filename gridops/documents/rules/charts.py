"""The Vega-Lite specification of a chart: one for paper and screen."""

from decimal import Decimal
from typing import Any

from gridops.documents.rules.measures import ACCENT, GREY
from gridops.documents.rules.paper import Chart, Number, Series
from gridops.documents.rules.wording import clean, width

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONTS = "Noto Sans SC, Noto Sans CJK SC, Source Han Sans SC, SimHei, Microsoft YaHei, PingFang SC, sans-serif"

PLOT_WIDTH = 400  # pixels, read as points on paper: with its axis a chart fills the 442 pt of the type area
_COLOURS = [f"#{ACCENT}", f"#{GREY}", "#b9b9b9", "#4d4d4d"]
_DASHES = [[1, 0], [5, 3], [2, 2], [8, 3, 2, 3]]  # told apart without colour too
_SHAPES = ["circle", "square", "triangle-up", "diamond"]
_MOST_LABELLED = 13  # points of a line; beyond that their numbers would touch


def _word(text: str) -> str:
    """One line of safe text."""
    return clean(text).replace("\n", " ").strip()


def shown(value: Number) -> str:
    """A value as it stands in a label: what was given, without an exponent or idle noughts of a float."""
    if isinstance(value, float):
        return f"{value:.10g}" if abs(value) < 1e10 else f"{value:.0f}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def chart_values(chart: Chart) -> list[dict[str, Any]]:
    """The chart as flat rows: label, series, value (float or None), text (as printed), at (its place)."""
    return [
        {
            "label": _word(label),
            "series": _word(series.name),
            "value": None if value is None else float(value),
            "text": "" if value is None else shown(value),
            "emphasis": not chart.emphasis or label in chart.emphasis,
        }
        for series in chart.series
        for label, value in zip(chart.labels, series.values, strict=True)
    ]


def chart_alt(chart: Chart) -> str:
    """The chart in words, for those who do not see it."""
    unit = _word(chart.unit)
    parts = []
    for series in chart.series:
        told = [
            f"{label}{shown(v)}{unit}" for label, v in zip(chart.labels, series.values, strict=True) if v is not None
        ]
        parts.append((f"{series.name}：" if len(chart.series) > 1 else "") + "，".join(told))
    return _word(f"{chart.title}。" + "；".join(parts) + "。")


def spec(chart: Chart) -> dict[str, Any]:
    """Vega-Lite 6 specification, JSON-ready. Sizes in pixels; a screen may set `width` to "container".

    It has no title: title and note stand outside the drawing, as text of the paper.
    """
    draw = _trend if chart.kind == "trend" else _bars
    return {
        "$schema": SCHEMA,
        "description": chart_alt(chart),
        "width": PLOT_WIDTH,
        "autosize": {"type": "fit", "contains": "padding"},
        "background": "white",
        "data": {"values": chart_values(chart)},
        **draw(chart),
        "config": {
            "font": FONTS,
            "aria": False,  # the drawing is described as a whole, in Chinese
            "view": {"stroke": None},
            "axis": {
                "labelFontSize": 10.5,
                "titleFontSize": 10.5,
                "titleFontWeight": "normal",
                "labelColor": "#222222",
                "titleColor": "#222222",
                "domainColor": "#555555",
                "tickColor": "#555555",
                "gridColor": "#e4e4e4",
                "labelLimit": 150,
            },
            "legend": {"labelFontSize": 10.5, "title": None, "orient": "top", "symbolSize": 60, "labelLimit": 200},
            "text": {"fontSize": 10, "color": "#222222"},
            "axisBand": {"grid": False},
        },
    }


def chart_caption(chart: Chart) -> str:
    """The title below the drawing, with the unit."""
    unit = _word(chart.unit)
    return _word(chart.title) + (f"（单位：{unit}）" if unit else "")


def _series_channel(chart: Chart, key: str, values: list[Any]) -> dict[str, Any]:
    """An encoding that tells series apart; with one series there is nothing to tell, so no legend."""
    names = [_word(series.name) for series in chart.series]
    scale = {"domain": names, "range": [values[i % len(values)] for i in range(len(names))]}
    return {key: {"field": "series", "type": "nominal", "scale": scale} | ({"legend": None} if len(names) < 2 else {})}


def _trend(chart: Chart) -> dict[str, Any]:
    """Lines over the labels in their order, broken where a value is missing, on a scale that need not hold 0."""
    labels = [_word(label) for label in chart.labels]
    slant = -45 if sum(width(label) for label in labels) * 11 > PLOT_WIDTH else 0
    colour = _series_channel(chart, "color", _COLOURS)
    value = {"field": "value", "type": "quantitative", "scale": {"zero": False, "padding": 14}}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "line", "strokeWidth": 1.8, "invalid": "break-paths-show-path-domains"},
            "encoding": colour | _series_channel(chart, "strokeDash", _DASHES),
        },
        {
            "transform": [{"filter": "datum.value != null"}],
            "mark": {"type": "point", "filled": True, "size": 34, "opacity": 1},
            "encoding": colour | _series_channel(chart, "shape", _SHAPES),
        },
    ]
    layers += _trend_numbers(chart)
    return {
        "height": 180,
        "encoding": {
            "x": {
                "field": "label",
                "type": "ordinal",
                "sort": labels,
                "title": None,
                "axis": {"labelAngle": slant, "grid": False},
            },
            "y": value | {"title": None, "axis": {"tickCount": 5, "format": "~f"}},
        },
        "layer": layers,
    }


def _trend_numbers(chart: Chart) -> list[dict[str, Any]]:
    """The values at the points of one or two lines: above the higher line, below the lower one."""
    if len(chart.series) > 2 or len(chart.labels) > _MOST_LABELLED:
        return []

    def height(series: Series) -> float:
        values = [float(value) for value in series.values if value is not None]
        return sum(values) / len(values) if values else 0.0

    ranked = sorted(chart.series, key=height, reverse=True)
    return [
        {
            "transform": [
                {"filter": {"field": "series", "equal": _word(series.name)}},
                {"filter": "datum.value != null"},
            ],
            "mark": {"type": "text", "dy": dy},
            "encoding": {"text": {"field": "text", "type": "nominal"}},
        }
        for series, dy in zip(ranked, (-10, 12), strict=False)
    ]


def _bars(chart: Chart) -> dict[str, Any]:
    """Lying bars from 0, one row per label in the order given, the value written at the end of each."""
    several = len(chart.series) > 1
    labels, names = [_word(label) for label in chart.labels], [_word(series.name) for series in chart.series]
    offset = {"yOffset": {"field": "series", "type": "nominal", "sort": names}} if several else {}
    colour = (
        _series_channel(chart, "color", _COLOURS)
        if several
        else {"color": {"condition": {"test": "datum.emphasis", "value": _COLOURS[0]}, "value": _COLOURS[1]}}
    )
    below_nought = any(value is not None and value < 0 for series in chart.series for value in series.values)
    text = {"type": "text", "align": "left", "dx": 4} if not below_nought else {"type": "text", "dx": 12}
    return {
        # Axis and legend take their part of the height too.
        "height": min(520, 30 + len(labels) * 24 if not several else 60 + len(labels) * (12 + 15 * len(names))),
        "transform": [{"filter": "datum.value != null"}],
        "encoding": {
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": labels,
                "title": None,
                "axis": {"ticks": False, "labelPadding": 6},
                "scale": {"domain": labels, "paddingInner": 0.35},
            },
            "x": {
                "field": "value",
                "type": "quantitative",
                "scale": {"zero": True},
                "title": None,
                "axis": {"tickCount": 5, "format": "~f"},
            },
            **offset,
        },
        "layer": [
            {"mark": {"type": "bar"}, "encoding": colour},
            {"mark": text, "encoding": {"text": {"field": "text", "type": "nominal"}}},
        ],
    }
