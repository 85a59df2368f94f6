"""What phones hand in: a look at a unit (明察暗访), and an answer to a problem item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridops.core.fields import Reader, text
from gridops.supervision.forms.fields import MAX_CODE, MAX_FACT, MAX_PERSON, MAX_SOURCE


@dataclass(frozen=True, slots=True)
class DisciplineCheckIn:
    """A look at a unit, by its code: the fact, who it was about (personal data), what came of it.

    `source`: on which occasion; a phone names none.
    """

    unit: str
    fact: str
    person: str | None = None
    outcome: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class ProblemAnswerIn:
    """What a unit did about a problem item, by the item's number."""

    problem: str
    words: str


def parse_discipline_check(body: Mapping[str, Any]) -> DisciplineCheckIn:
    """The body of a `discipline_check`; Invalid with dotted names."""
    read = Reader(body, "body")
    found = _look(read)
    read.done()
    return found


def parse_problem_answer(body: Mapping[str, Any]) -> ProblemAnswerIn:
    """The body of a `problem_answer`; Invalid with dotted names."""
    read = Reader(body, "body")
    found = ProblemAnswerIn(
        problem=read("problem", text(40), required=True), words=read("words", text(MAX_FACT), required=True)
    )
    read.done()
    return found


def check_form(raw: Mapping[str, object]) -> DisciplineCheckIn:
    """A look from a form of the desk, with its occasion; Invalid names fields."""
    read = Reader(raw)
    found = _look(read, read("source", text(MAX_SOURCE)) or "")
    read.done(others=True)
    return found


def _look(read: Reader, source: str = "") -> DisciplineCheckIn:
    return DisciplineCheckIn(
        unit=read("unit", text(MAX_CODE), required=True),
        fact=read("fact", text(MAX_FACT), required=True),
        person=read("person", text(MAX_PERSON)),
        outcome=read("outcome", text(MAX_FACT)),
        source=source,
    )
