"""The Vega-Lite specification of a chart: one for paper and screen."""

from decimal import Decimal
from typing import Any

from gridops.documents.rules.measures import ACCENT, GREY
from gridops.documents.rules.paper import Chart, Number
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
    """Lines over the labels in their order, broken where a value is missing, from 0 unless they go below it."""
    labels = [_word(label) for label in chart.labels]
    slant = -45 if sum(width(label) for label in labels) * 11 > PLOT_WIDTH else 0
    colour = _series_channel(chart, "color", _COLOURS)
    # Padding would make room for the numbers at both ends, and so begin the axis below nought.
    room = {"padding": 14} if _lowest(chart) < 0 or not _highest(chart) else {"domainMax": _highest(chart) * 1.12}
    value = {"field": "value", "type": "quantitative", "scale": {"zero": True} | room}
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
        "height": 160,
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


def _lowest(chart: Chart) -> float:
    return min((float(value) for series in chart.series for value in series.values if value is not None), default=0.0)


def _highest(chart: Chart) -> float:
    return max((float(value) for series in chart.series for value in series.values if value is not None), default=0.0)


def _trend_numbers(chart: Chart) -> list[dict[str, Any]]:
    """The values at the points of one or two lines: at each label above the higher point, below the lower one.

    A point that lies on the axis has its number above it too: below it, it would stand on the label.
    """
    if len(chart.series) > 2 or len(chart.labels) > _MOST_LABELLED:
        return []
    below: dict[str, list[str]] = {_word(series.name): [] for series in chart.series}
    if len(chart.series) > 1:
        first, second = chart.series
        high = max(_highest(chart), 0.0)
        for label, one, other in zip(chart.labels, first.values, second.values, strict=True):
            if one is None or other is None:
                continue
            low, far = float(min(one, other)), abs(float(one) - float(other))
            if not (0 <= low < high * 0.1 and far > high * 0.25):
                below[_word((first if one < other else second).name)].append(_word(label))
    return [
        {
            "transform": [
                {"filter": {"field": "series", "equal": name}},
                {"filter": {"field": "label", "oneOf": low} if under else {"not": {"field": "label", "oneOf": low}}},
                {"filter": "datum.value != null"},
            ],
            "mark": {"type": "text", "dy": 12 if under else -10},
            "encoding": {"text": {"field": "text", "type": "nominal"}},
        }
        for name, low in below.items()
        for under in (False, True)
        if low or not under
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
        "height": min(520, 30 + len(labels) * 18 if not several else 60 + len(labels) * (12 + 15 * len(names))),
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
