"""Numbers in a typed text that differ from the figures of the same paper (pure).

A text may be edited before the figures are locked; what was typed then stays. Each number is judged by what stands
before it: first against the composed sentence of the same place, then against the figure of that name (of the row
named in the same sentence, where one is), at last against all figures of its unit. Dates and ordinals are no figures.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from gridops.bulletins.rules.said import PERCENT, POINTS, WIDE, YUAN, Said, bare, read

Chapters = Sequence[Mapping[str, Any]]
_NEAREST = 3
# Share of the labels of a typed paragraph that a composed one must have, to be the sentence of the same place.
_ALIKE = 0.5
# What a figure's unit (bulletin.json) is called in a sentence; `count` is said of cases, items and grids alike.
_UNITS = {
    "count": ("件", "项", "个", "次", "起", "条"),
    "percent": (PERCENT,),
    "yuan": (YUAN,),
    "people": ("人",),
    "person_times": ("人次",),
    "premises": ("家",),
    "times": ("次",),
    "vehicles": ("辆",),
    "places": ("处",),
    "papers": ("份",),
    "km2": ("平方公里",),
}
_SHORT = 2
# The place of a difference that stands in the heading of its chapter.
HEADING = -1
# A figure's name behind its number, and nothing more of the sentence: 413件立案。
_BEHIND = re.compile(
    r"[\s）)]*(?:案件|问题)?[已被予以均获]{0,2}([\u4e00-\u9fff]{2,12})(?=\s*(?:$|[，。；：、,;:！？!?）)\n]))"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that is not the locked one: where it stands (`paragraph`: HEADING), what it says, what figures say.

    `locked`: the figure in words, several where the place does not tell which; empty where no figure is meant, then
    `nearest` has those of its unit. `composed`: the sentence of today for the same place.
    """

    chapter: int
    paragraph: int
    heading: str
    text: str
    said: str
    locked: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    composed: str | None = None

    @property
    def key(self) -> str:
        """Names this difference: another paragraph, number or figure is another one, to be judged anew."""
        told = "\n".join((self.text, self.said, *self.locked))
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:24]

    @property
    def words(self) -> str:
        """立案412件（数据为409件）, or that no figure equals it."""
        told = f"数据为{'或'.join(self.locked)}" if self.locked else "没有与之相等的数据"
        return f"{self.said}（{told}）"


@dataclass(frozen=True, slots=True)
class Known:
    """All that the figures say: by name for the whole area, by name for each named row, and by unit.

    `bound`: units in which a number that equals no figure is named; of others (出动96人次) the paper has none.
    `units`: name of a figure in full -> its unit, for numbers typed without one.
    """

    whole: Mapping[tuple[str, str], Said]
    rows: Mapping[str, Mapping[tuple[str, str], Said]]
    pool: Mapping[str, frozenset[Decimal]]
    named: frozenset[str]
    bound: frozenset[str]
    units: Mapping[str, str]


def known(
    figures: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    names: Mapping[str, str],
    composed: Chapters = (),
    late_records: Sequence[Mapping[str, Any]] = (),
) -> Known:
    """Gather what the figures say. `names`: key of a figure -> its Chinese name (`cases.filed` -> 立案数)."""
    whole: dict[tuple[str, str], Said] = {}
    pool: dict[str, set[Decimal]] = {}
    for key, figure in figures.items():
        for name, value, unit in _sides(names.get(key, ""), figure):
            for word in _UNITS.get(unit, (unit,)):
                _put(whole, name, value, word)
                pool.setdefault(word, set()).add(abs(Decimal(str(value))))
    rows: dict[str, dict[tuple[str, str], Said]] = {}
    for row in (row for table in tables.values() for row in table if row.get("label")):
        kept = rows.setdefault(bare(str(row["label"])), {})
        for key, value in row.items():
            if isinstance(value, bool) or not (isinstance(value, int) or _is_decimal(value)):
                continue
            word = "件" if isinstance(value, int) else PERCENT
            _put(kept, names.get(f"cases.{key}", ""), value, word)
            pool.setdefault(word, set()).add(abs(Decimal(str(value))))
    told = [said for chapter in composed for line in chapter["paragraphs"] for said in read(line)]
    for said in told:
        pool.setdefault(said.unit, set()).add(abs(said.value))
    pool.setdefault("件", set()).update(Decimal(int(row.get("reported") or 0)) for row in late_records)
    named = frozenset(name for name, _ in whole)
    units = {str(figure.get("unit", "")) for figure in figures.values()}
    bound = frozenset({POINTS, *(_UNITS.get(unit, (unit,))[0] for unit in units)})
    own = {
        names[key]: _UNITS.get(unit, (unit,))[0]
        for key, figure in figures.items()
        if (unit := str(figure.get("unit", ""))) and len(names.get(key, "")) >= _SHORT
    }
    return Known(whole, rows, {unit: frozenset(values) for unit, values in pool.items()}, named, bound, own)


def differences(text: Chapters, composed: Chapters, facts: Known) -> list[Difference]:
    """Every number of the text that is not the figures' own, in the order of the text."""
    return [
        found
        for place, chapter in enumerate(text)
        for number, line in enumerate((str(chapter.get("heading", "")), *chapter["paragraphs"]), HEADING)
        for found in _of_paragraph(place, number, str(chapter.get("heading", "")), line, composed, facts)
    ]


def sentence_of_place(heading: str, line: str, composed: Chapters) -> str | None:
    """The composed paragraph that says the same thing: of the chapter of that name first, else of any."""
    own = [p for chapter in composed if chapter.get("heading") == heading for p in chapter["paragraphs"]]
    others = [p for chapter in composed for p in chapter["paragraphs"]]
    if line in others:
        return line
    wanted = {(said.label, said.unit) for said in read(line)}
    for lines in (own, others):
        scored = [(_likeness(wanted, {(s.label, s.unit) for s in read(p)}), p) for p in lines]
        best = max(scored, key=lambda pair: pair[0], default=((0.0, 0.0), ""))
        if best[0][0] >= _ALIKE:
            return best[1]
    return None


def _of_paragraph(
    chapter: int, paragraph: int, heading: str, line: str, composed: Chapters, facts: Known
) -> Iterable[Difference]:
    typed = read(line, facts.units)
    if not typed or (paragraph == HEADING and any(each.get("heading") == line for each in composed)):
        return
    sentence = sentence_of_place(heading, line, composed) if paragraph != HEADING else None
    if sentence == line:
        return
    today = read(sentence or "")
    beside = _aligned(typed, today)
    for place, said in enumerate(typed):
        allowed = _behind(said, line, facts) or (
            [beside[place]] if place in beside else _named(said, line, today, facts)
        )
        if allowed:
            if not any(said.same(other) for other in allowed):
                locked = tuple(dict.fromkeys(other.amount for other in allowed))
                yield Difference(chapter, paragraph, heading, line, said.text, locked, composed=sentence)
        elif _is_strange(said, facts):
            near = _nearest(said, facts)
            yield Difference(chapter, paragraph, heading, line, said.text, nearest=near, composed=sentence)


def _aligned(typed: Sequence[Said], today: Sequence[Said]) -> dict[int, Said]:
    """Numbers of a typed paragraph -> those that stand in the same place of the composed one."""
    mine, theirs = [(s.label, s.unit) for s in typed], [(s.label, s.unit) for s in today]
    blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()
    return {block.a + step: today[block.b + step] for block in blocks for step in range(block.size)}


def _named(said: Said, line: str, today: Sequence[Said], facts: Known) -> list[Said]:
    """The figures a number can only mean by what stands before it; empty where that tells nothing."""
    same_words = [other for other in today if (other.label, other.unit) == (said.label, said.unit)]
    if same_words:
        return same_words
    rows = [row for label, row in facts.rows.items() if len(label) >= _SHORT and label in bare(said.sentence(line))]
    if rows:
        name = next((name for name in _endings(said.label) if name in facts.named), "")
        return [row[name, said.unit] for row in rows if (name, said.unit) in row]
    found = facts.whole.get((said.label, said.unit))
    return [found] if found else []


def _behind(said: Said, line: str, facts: Known) -> list[Said]:
    """The figure whose name follows the number instead of standing before it (上月413件立案)."""
    found = _BEHIND.match(line.translate(WIDE), said.ends)
    name = bare(found[1]) if found else ""
    if name not in facts.named:
        return []
    rows = [row for label, row in facts.rows.items() if len(label) >= _SHORT and label in bare(said.sentence(line))]
    if rows:
        return [row[name, said.unit] for row in rows if (name, said.unit) in row]
    whole = facts.whole.get((said.label + name, said.unit))
    return [whole] if whole else []


def _endings(label: str) -> Iterable[str]:
    return (label[place:] for place in range(len(label)))


def _is_strange(said: Said, facts: Known) -> bool:
    """Whether a number of a unit that figures have equals none of them; one in Chinese words is not asked."""
    pool = facts.pool.get(said.unit)
    if said.spelt or not pool or said.unit not in facts.bound:
        return False
    return not any(said.rounds_to(value) for value in pool)


def _nearest(said: Said, facts: Known) -> tuple[str, ...]:
    near = sorted(facts.pool.get(said.unit, ()), key=lambda value: (abs(value - abs(said.value)), value))[:_NEAREST]
    return tuple(Said("", value, said.unit).amount for value in near)


def _likeness(mine: set[tuple[str, str]], theirs: set[tuple[str, str]]) -> tuple[float, float]:
    """How much of mine is in theirs, and how much of both is shared; a shortened sentence is still the same one."""
    shared = len(mine & theirs)
    return (shared / len(mine), shared / len(mine | theirs)) if mine else (0.0, 0.0)


def _sides(name: str, figure: Mapping[str, Any]) -> list[tuple[str, Any, str]]:
    """A figure as sentences may say it: itself, the same before and a year before, and the changes."""
    unit = str(figure.get("unit", ""))
    sides = [(name, figure.get("value"), unit)]
    sides += [(f"{word}{name}", figure.get("previous"), unit) for word in ("上期", "上月", "上周")]
    sides += [(f"{word}{name}", figure.get("last_year"), unit) for word in ("去年同期", "上年同期")]
    sides += [(f"{name}环比", figure.get("change_pct"), PERCENT), (f"{name}同比", figure.get("yoy_pct"), PERCENT)]
    sides += [(f"{name}环比", figure.get("change_pp"), POINTS), (f"{name}同比", figure.get("yoy_pp"), POINTS)]
    return [(told, value, word) for told, value, word in sides if value is not None and _is_decimal(str(value))]


def _put(into: dict[tuple[str, str], Said], name: str, value: Any, unit: str) -> None:
    if label := bare(name):
        into.setdefault(
            (label, unit), Said(label, Decimal(str(value)), unit, signed="环比" in label or "同比" in label)
        )


def _is_decimal(value: Any) -> bool:
    try:
        return isinstance(value, str) and Decimal(value).is_finite()
    except ArithmeticError:
        return False
