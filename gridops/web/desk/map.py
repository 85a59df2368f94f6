"""/desk/map: the grids and the cases of the window shown, by state; what it draws comes from the API's GeoJSON."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from gridops.cases.rules.moves import State
from gridops.cases.rules.names import STATE_NAMES
from gridops.cases.rules.queue import GROUP_NAMES, GROUP_STATES, Group
from gridops.web.desk import common
from gridops.web.guards import needs
from gridops.web.language import chosen_language

pages = Blueprint("desk_map", __name__, url_prefix="/desk/map")

# A layer of the map: the letter drawn in its points, so that colour is never alone (Chinese, English); icon.
_LOOKS = {
    Group.TO_ACCEPT: ("受", "A", "inbox"),
    Group.TO_FILE: ("立", "F", "file-certificate"),
    Group.TO_DISPATCH: ("派", "D", "send"),
    Group.HANDLING: ("处", "H", "tool"),
    Group.TO_CHECK: ("查", "C", "eye-check"),
}


@pages.get("")
@needs(*common.READERS)
def show() -> str:
    """The map and its legend."""
    layers = [
        {
            "key": group.value,
            "name": _(GROUP_NAMES[group]),
            "mark": marks[chosen_language() == "en"],
            "icon": icon,
            "states": [state.value for state in GROUP_STATES[group]],
        }
        for group, (*marks, icon) in _LOOKS.items()
    ]
    layers.append(
        {
            "key": "closed",
            "name": _("已结案"),
            "mark": "✓" if chosen_language() == "en" else "结",
            "icon": "circle-check",
            "states": [State.CLOSED.value],
        }
    )
    return render_template(
        "desk/map.html",
        layers=layers,
        names={state.value: _(name) for state, name in STATE_NAMES.items()},
        **common.words(),
    )
