"""/desk/map/base.pmtiles: the base map's file in the data folder, a piece of it at a time (Range)."""

from __future__ import annotations

from flask import Blueprint, current_app, send_file
from werkzeug.wrappers import Response

from config import BaseMap, Config
from gridops.core.errors import NotFound
from gridops.web.desk import common
from gridops.web.guards import needs

pages = Blueprint("desk_ground", __name__, url_prefix="/desk/map")


@pages.get("/base.pmtiles")
@needs(*common.READERS)
def file() -> Response:
    """The file, or what of it is asked for; only where the base map is set to it."""
    config: Config = current_app.config["GRIDOPS"]
    if config.base_map != BaseMap.PMTILES or not config.base_map_file.is_file():
        raise NotFound("没有底图文件")
    answer = send_file(config.base_map_file, "application/vnd.pmtiles", conditional=True)
    # It names nobody; the browser asks again by its ETag when the file was changed.
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
