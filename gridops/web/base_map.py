"""The ground below our own maps: none, 天地图, or a PMTiles file in the data folder; what a page with it may fetch.

Stored places are WGS-84, 天地图 is CGCS2000: within centimetres the same, so nothing is shifted.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, url_for

from config import BaseMap, Config

_HOSTS = tuple(f"https://t{n}.tianditu.gov.cn" for n in range(8))
# Ground and writing, in web Mercator (`w`); {z}, {x} and {y} are filled in by the map.
_LAYERS = ("vec", "cva")
_TILE = (
    "{host}/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default&TILEMATRIXSET=w"
    "&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)


def set_up(app: Flask) -> None:
    """`base_map()` is known to all templates: what scripts are told; a page that asks may fetch what it names."""
    app.add_template_global(_asked, "base_map")


def opened() -> str:
    """What this answer may fetch beside our own: sources for the policy, empty for most pages."""
    config: Config = current_app.config["GRIDOPS"]
    return " ".join(_HOSTS) if "base_map" in g and config.base_map == BaseMap.TIANDITU else ""


def _asked() -> dict[str, Any] | None:
    g.base_map = True
    config: Config = current_app.config["GRIDOPS"]
    if config.base_map == BaseMap.TIANDITU:
        layers = [[_tile(host, layer, config.tianditu_key) for host in _HOSTS] for layer in _LAYERS]
        return {"kind": config.base_map, "layers": layers}
    if config.base_map == BaseMap.PMTILES:
        return {"kind": config.base_map, "file": url_for("desk_ground.file")}
    return None


def _tile(host: str, layer: str, key: str) -> str:
    return _TILE.format(host=host, layer=layer, key=key)
