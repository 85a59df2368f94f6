"""What every template knows: words for times, names of roles, the bar, the theme."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask_login import current_user

from gridops.core import clock, masking
from gridops.people.rules import ROLE_NAMES, UNIT_KIND_NAMES, WORK_LINE_NAMES
from gridops.web import field_names, list_files, navigation, own_notices, pieces, versions, viewing, words
from gridops.web.language import speaker

THEMES = ("auto", "light", "dark")


def set_up(app: Flask) -> None:
    """Give templates their filters, globals and what depends on the person."""
    app.jinja_env.filters.update(
        when=words.when,
        full_time=words.full_time,
        day=words.day_text,
        day_before=words.day_before,
        span=words.span,
        left=words.left,
        masked_number=masking.number,
        as_workbook=list_files.as_workbook,
    )
    app.jinja_env.globals.update(
        role_names=ROLE_NAMES,
        unit_kind_names=UNIT_KIND_NAMES,
        work_line_names=WORK_LINE_NAMES,
        local=clock.local,
        now=clock.now,
        field_label=field_names.label_of,
        typed_words=versions.typed_words,
        pieces=pieces,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_of_the_person)


def theme() -> str:
    """What the browser was told: auto, light or dark."""
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def _of_the_person() -> dict[str, Any]:
    person = current_user.person if current_user.is_authenticated else None
    on_phone = person is not None and bool(person.roles) and person.roles <= set(navigation.FIELD_ROLES)
    return {
        "_": speaker(),
        "person": person,
        "viewing": viewing.viewing(),
        "places": navigation.places,
        "unread": own_notices.unread,
        "theme": theme(),
        # Pages for everyone stand in the frame the person works in.
        "frame": "phone_base.html" if on_phone else "base.html",
    }
