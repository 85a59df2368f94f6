"""A form that came too late: what is kept now beside what was typed, field by field, and the typed words alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gridops.web.field_names import label_of

# What people write in folded forms, which may be gone when the page comes back: a choice is made again by a click.
_WORDS = frozenset(
    {
        "words", "reason", "why", "text", "outcome", "approval", "answer", "note", "summary", "theme", "people",
        "groups", "number", "witness", "decision_no", "receipt_no", "letter_no", "receipt", "approver", "lift_note",
        "how", "amount", "fine", "changed_fine", "confiscated", "ground", "late_ground", "facts", "party_words",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One field: its name, what is kept now (None: nothing to set beside it), what was typed."""

    label: str
    now: str | None
    typed: str

    @property
    def differs(self) -> bool:
        """Whether what was typed is not what is kept."""
        return self.now is not None and self.now != self.typed


def side_by_side(
    now: Mapping[str, Any],
    typed: Mapping[str, Any],
    named: Mapping[str, str],
    say: Callable[[str, Any], str] | None = None,
) -> list[Line]:
    """Both versions of the fields `named` (field -> what it is called); `say`: a value in words, where it has some."""

    def told(name: str, given: Any) -> str:
        text = (say(name, given) if say else str(given or "")).strip()
        return text or "—"

    return [Line(called, told(name, now.get(name)), told(name, typed.get(name))) for name, called in named.items()]


def seen_in(raw: Mapping[str, str], names: Iterable[str]) -> dict[str, str] | None:
    """How a setting stood when its form was shown (`ui.seen`), by its fields; None where the form does not say."""
    found = {name: raw[f"seen_{name}"] for name in names if f"seen_{name}" in raw}
    return found or None


def typed_words(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """(name of the field, what was written in it) of a form that was refused as a whole."""
    given: Iterable[tuple[str, str]] = typed.items()
    return [(label_of(name), text.strip()) for name, text in given if name in _WORDS and text.strip()]
