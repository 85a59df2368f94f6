"""/desk/map/base.pmtiles: the base map's file in the data folder, a piece of it at a time (Range)."""

from __future__ import annotations

import os

from flask import Blueprint, current_app, request
from werkzeug.datastructures import ContentRange
from werkzeug.wrappers import Response

from config import BaseMap, Config
from gridops.core.errors import NotFound
from gridops.web.desk import common
from gridops.web.guards import needs

pages = Blueprint("desk_ground", __name__, url_prefix="/desk/map")

# No tile and no directory of such a file is as long as this; the file itself may be gigabytes, and a thread that sends
# it to a slow line serves nobody else.
_MOST = 4 * 1024 * 1024


@pages.get("/base.pmtiles")
@needs(*common.READERS)
def file() -> Response:
    """What is asked for of the file, one piece and no more than _MOST; only where the base map is set to it.

    The whole is never sent: 416 without a range, with several, and where an If-Range says that the file was changed.
    """
    config: Config = current_app.config["GRIDOPS"]
    if config.base_map != BaseMap.PMTILES or not config.base_map_file.is_file():
        raise NotFound("没有底图文件")
    with config.base_map_file.open("rb") as opened:
        stat = os.fstat(opened.fileno())  # of what is read, also while another file takes its place
        etag = f"{stat.st_mtime_ns:x}-{stat.st_size:x}"
        asked = request.range.range_for_length(stat.st_size) if request.range else None
        if asked is None or request.if_range.etag not in (None, etag):
            refused = Response(status=416)
            refused.content_range = ContentRange("bytes", None, None, stat.st_size)
            return refused
        begin, end = asked[0], min(asked[1], asked[0] + _MOST)
        opened.seek(begin)
        answer = Response(opened.read(end - begin), 206, mimetype="application/vnd.pmtiles")
    answer.content_range = ContentRange("bytes", begin, end, stat.st_size)
    answer.accept_ranges = "bytes"
    answer.set_etag(etag)
    # It names nobody; the browser asks again by its ETag when the file was changed.
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer.make_conditional(request)
