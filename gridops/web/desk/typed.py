"""What a person had written in a form of a move that was not made, in words, so that nothing written is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.queries import lookups
from gridops.cases.rules.moves import MOVES, Move, Suspension
from gridops.cases.rules.names import SUSPENSION_NAMES, field_name
from gridops.catalogue import queries as catalogue
from gridops.core import ids
from gridops.web.language import category_name

_LONGEST = 2000


def written(session: Session, root_id: int, move: Move | None, typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """(name of the field, what stood in it) of the fields that were filled in, in the order of the form."""
    if move is None:
        return []
    found: list[tuple[str, str]] = []
    for name in (*MOVES[move].needs, *MOVES[move].takes):
        text = (name == "unit" and typed.get("unit_other", "").strip()) or typed.get(name, "").strip()
        if text:
            said = _IN_WORDS[name](session, root_id, text) if name in _IN_WORDS else text
            found.append((_(field_name(move, name)), said[:_LONGEST]))
    return found


def _named(text: str, find: Callable[[int], str | None]) -> str:
    """What an id in a form stands for; itself where it stands for nothing."""
    try:
        return find(ids.row_id(text)) or text
    except ValueError:
        return text


def _unit(session: Session, root_id: int, text: str) -> str:
    return _named(text, lambda row: getattr(lookups.unit(session, root_id, row), "name", None))


def _category(session: Session, root_id: int, text: str) -> str:
    found = _named(text, lambda row: getattr(catalogue.category(session, row, root_id), "name_zh", None))
    return category_name(found)


def _condition(session: Session, root_id: int, text: str) -> str:
    return _named(text, lambda row: getattr(catalogue.condition(session, row, root_id), "condition", None))


def _closing(session: Session, root_id: int, text: str) -> str:
    return _named(text, lambda row: getattr(catalogue.condition(session, row, root_id), "closing_condition", None))


def _suspension(_session: Session, _root_id: int, text: str) -> str:
    return _(SUSPENSION_NAMES[Suspension(text)]) if text in set(Suspension) else text


def _time(_session: Session, _root_id: int, text: str) -> str:
    return text.replace("T", " ")


_IN_WORDS: dict[str, Callable[[Session, int, str], str]] = {
    "unit": _unit,
    "category": _category,
    "condition": _condition,
    "closing_condition": _closing,
    "suspension": _suspension,
    "due": _time,
}
