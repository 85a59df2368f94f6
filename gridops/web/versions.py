"""A form that came too late: what is kept now beside what was typed, field by field, and the typed words alone."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import current_app, request
from flask_babel import LazyString
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.core.db import lock_names
from gridops.core.errors import Conflict
from gridops.web.field_names import label_of

# What stands, as the form that changes it says it (field -> value); it may hold more than the form's fields.
Standing = Mapping[str, Any]
# Value of a field -> what it is called; "": of none.
Words = Mapping[Any, str]
YES_NO: Words = {"yes": "是", "": "否"}
_OVERTAKEN = "您填写期间，他人已先作修改"

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


def typed_words(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """(name of the field, what was written in it) of a form that was refused as a whole."""
    given: Iterable[tuple[str, str]] = typed.items()
    return [(label_of(name), text.strip()) for name, text in given if name in _WORDS and text.strip()]


class Late(Conflict):
    """A form of something that others changed since the form was shown."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """What a page says above a form that came too late; base.html draws it wherever a page is given one."""

    words: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Edited:
    """A form that changes what stands: its name, its fields with what they are called, and values that have words.

    What stands is told as `each`: key -> Standing. A form of one thing has the key ""; one in which a person chooses
    what it is about has a key for each thing there is, and the page shows the version of all of them.
    """

    name: str
    labels: Mapping[str, str | LazyString]
    words: Mapping[str, Words] = field(default_factory=dict)

    def from_today(self, today: date) -> Edited:
        """The same where an empty first day means this one."""
        return replace(self, words={**self.words, "valid_from": {"": today.isoformat()}})

    def page(
        self, each: Mapping[str, Standing], typed: Mapping[str, Any] | None, errors: Mapping[str, str], key: str = ""
    ) -> dict[str, Any]:
        """What the template of the form is given.

        `typed`: what stands where it is None; `errors`; `version`; `overtaken`: both versions of a form that came too
        late (`version` among the errors), else None.
        """
        now = each.get(key, {})
        return {
            "typed": now if typed is None else typed,
            "errors": {name: words for name, words in errors.items() if name != "version"},
            "version": version_of(each),
            "overtaken": Overtaken(_OVERTAKEN, self.lines(now, typed or {})) if "version" in errors else None,
        }

    def lines(self, now: Standing, typed: Mapping[str, Any]) -> list[Line]:
        """Both versions, field by field."""
        return side_by_side(now, typed, {name: _(str(called)) for name, called in self.labels.items()}, self.say)

    def say(self, name: str, given: Any) -> str:
        """A value of a field in words; several of one field one after the other."""
        if isinstance(given, list):
            return "、".join(self.say(name, one) for one in given)
        known = self.words.get(name, {})
        return _(str(known[given or ""])) if (given or "") in known else _text(given)

    def hold(self, session: Session) -> None:
        """Let nobody send such a form to the end of the transaction: for whatever else changes what it is about."""
        lock_names(session, [f"form {self.name}"])

    def unchanged(
        self,
        session: Session,
        each: Callable[[], Mapping[str, Standing]],
        key: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> None:
        """Go on only if what stands is what the form of this request was shown: Late otherwise.

        `each` is asked once nobody else can send such a form. What is `typed` (None: as it was sent; else as the form
        was understood) as it stands already passes: the same form sent twice is done twice to no effect.
        """
        self.hold(session)
        now = each().get(key)
        if seen(request.form.get("version", ""), key) == (digest(now) if now else ""):
            return
        given = request.form if typed is None else typed
        if now and all(_text(given.get(name)) == _text(now.get(name)) for name in self.labels):
            return
        raise Late(_OVERTAKEN)


def version_of(each: Mapping[str, Standing]) -> str:
    """What a form carries of all that it may change."""
    return " ".join(f"{key}:{digest(stands)}" for key, stands in each.items())


def digest(stands: Standing) -> str:
    """A short name of what stands that tells nothing of it: a telephone number could be guessed from a plain hash."""
    said = json.dumps(stands, sort_keys=True, ensure_ascii=False, default=str)
    return hmac.new(str(current_app.secret_key).encode(), said.encode(), hashlib.sha256).hexdigest()[:16]


def seen(version: str, key: str) -> str:
    """Of the version a form carries, the part that is about `key`; empty where nothing stood under it."""
    parts = (part.rpartition(":") for part in version.split())
    return next((told for one, _colon, told in parts if one == key), "")


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
