"""Grids as GeoJSON, as they were on a day."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, request

from gridops.api.description import Answer, Parameter, operation
from gridops.api.guard import person
from gridops.api.reading import Query, day, json_answer, one_of, words
from gridops.api.shapes import FeatureCollection
from gridops.core.db import reading
from gridops.grids import queries as grids
from gridops.grids.rules import Level

GEOJSON = "application/geo+json"
PAGE = 5000


@operation(
    "GET",
    "/grids.geojson",
    "Grids with their shapes",
    tag="territory",
    parameters=[
        Parameter("level", {"type": "string", "enum": list(Level)}),
        Parameter("at", {"type": "string", "format": "date"}, "as they were on this local day (default: today)"),
        Parameter("after", {"type": "string", "minLength": 1, "maxLength": 60}, "goes on after this code (see `next`)"),
    ],
    answers={200: Answer("RFC 7946, in code order", FeatureCollection, GEOJSON)},
    refuses=(422,),
    description="The parts of the territory for which who asks holds a role.",
)
def get_grids_geojson() -> Response:
    """Draw the territory."""
    query = Query()
    level, on, after = query.read("level", one_of(Level)), query.read("at", day), query.read("after", words(60))
    query.done()
    with reading() as session:
        then = grids.tree(session, on)
        mine = frozenset().union(*(then.descendants(held.grid_id) for held in person().holdings))
        chosen = sorted(
            (then.nodes[grid_id] for grid_id in mine if level in (None, then.nodes[grid_id].level)),
            key=lambda node: node.code,
        )
        rest = [node for node in chosen if after is None or node.code > after]
        page = rest[:PAGE]
        found = grids.feature_collection(session, grid_ids=[node.grid_id for node in page], day=on)
    if len(rest) > PAGE:
        given = {name: value for name, value in request.args.items() if name != "after"}
        found["next"] = f"{request.path}?{urlencode({**given, 'after': page[-1].code})}"
    return json_answer(found, mime=GEOJSON)
