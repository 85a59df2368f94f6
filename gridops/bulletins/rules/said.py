"""Numbers as sentences say them (pure): 立案412件, 环比下降5.50%, 上升3.46个百分点, 罚款1.25万元, 百分之九十."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from types import MappingProxyType

PERCENT, POINTS, YUAN = "%", "个百分点", "元"

# Longest first. What is said of a unit under several words is one unit.
_WORDS = {
    "个百分点": POINTS, "百分点": POINTS, "平方公里": "平方公里", "家次": "家次", "件次": "次", "人次": "人次",
    "%": PERCENT, "％": PERCENT, "元": YUAN, "件": "件", "宗": "件", "家": "家", "次": "次", "项": "项", "起": "起",
    "条": "条", "个": "个", "处": "处", "辆": "辆", "份": "份", "人": "人", "名": "人",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_SPELT = "〇零一二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟"
# A longer run of digits or numerals is no number of a paper (and no int that Python would read).
_RUN = 12
_TYPED = rf"\d{{1,3}}(?:[,，]\d{{3}}){{1,3}}(?:\.\d{{1,{_RUN}}})?|\d{{1,{_RUN}}}(?:\.\d{{1,{_RUN}}})?"
_WORDED = rf"[{_SPELT}]{{1,{_RUN}}}"
_NUMBER = re.compile(
    rf"百分之(?P<share>(?:\d{{1,{_RUN}}}(?:\.\d{{1,{_RUN}}})?(?!\.?\d)|{_WORDED}(?:点{_WORDED})?(?!点?[{_SPELT}])))"
    rf"|(?<![\d.第])(?P<digits>{_TYPED})\s*[余多]?\s*"
    rf"(?:(?P<times>[万亿]?)[余多]?\s*(?P<unit>{_UNIT})|[（(]\s*(?P<times_within>[万亿]?)(?P<unit_within>{_UNIT})\s*[）)])"
    # One numeral before most units is a word of its own (一起, 一次, 一个), and no figure.
    rf"|(?<![{_SPELT}第点之\d])(?:(?P<spelt>{_WORDED})[余多]?\s*(?P<spelt_unit>件|家|项|个百分点)"
    rf"|(?P<long>[{_SPELT}]{{2,{_RUN}}})[余多]?\s*(?P<long_unit>{_UNIT}))"
)
# Every mark becomes one mark, so that places stay; what has no width is a space.
WIDE = str.maketrans("０１２３４５６７８９．\u200b\u200c\u200d\u2060\ufeff\u00ad", "0123456789." + " " * 6)
_BOUNDARY = re.compile(r"[，。；：、,;:！？!?\n“”\"《》]")
_FALL, _RISE = re.compile(r"下降|减少|降低|回落|低于"), re.compile(r"上升|增长|增加|提高|高于|上涨")
# Words beside a figure's name that say nothing of which figure it is.
_FILL = re.compile(
    r"\d+年|\d+月份?|\d+日|全街道|街道|全辖区|辖区|本月份?|本期|本周|全月|累计|合计|总计|总共|共计|其中|达到|仅有|"
    r"案件|问题|数量|[\s共约近达为是有了的数仅计及和与（）()\[\]【】—－-]"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One number: what it is of (`label`, bare), its value in its unit (yuan for 万元), and the words as they stand.

    `signed`: a rise or a fall was said. `spelt`: in Chinese numerals. `places`: decimals typed, of the unit typed.
    """

    label: str
    value: Decimal
    unit: str
    text: str = ""
    start: int = 0
    signed: bool = False
    spelt: bool = False
    places: int | None = None  # of a sum in 万元: what it is rounded to
    ends: int = 0

    @property
    def amount(self) -> str:
        """The number with its unit, and the direction of a change: 409件, 下降5.50%."""
        way = ("下降" if self.value < 0 else "上升") if self.signed and self.value else ""
        if self.unit == YUAN and abs(self.value) >= 10_000:
            return f"{way}{(abs(self.value) / 10_000).quantize(Decimal('0.01'), ROUND_HALF_UP)}万元"
        return f"{way}{abs(self.value):f}{self.unit}"

    def same(self, other: Said) -> bool:
        """Whether it says what a figure says; a change without a direction only by its amount."""
        if self.signed and other.signed and self.value * other.value < 0:
            return False
        return self.rounds_to(abs(other.value))

    def rounds_to(self, value: Decimal) -> bool:
        """Whether its amount is this one; a sum in 万元 is rounded to the places typed, everything else is exact."""
        if self.places is None:
            return abs(self.value) == value
        step = Decimal(10) ** -self.places
        return abs(self.value) / 10_000 == (value / 10_000).quantize(step, ROUND_HALF_UP)

    def sentence(self, line: str) -> str:
        """From the beginning of its sentence up to the number: what it may be said of."""
        before = line[: self.start]
        return before[max(before.rfind(mark) for mark in "。；;") + 1 :]


def bare(label: str) -> str:
    """A label without directions, dates and empty words: 3月份共上报问题 -> 上报, 立案数环比下降 -> 立案环比."""
    return _FILL.sub("", _RISE.sub("", _FALL.sub("", label)))


def read(line: str, names: Mapping[str, str] = MappingProxyType({})) -> list[Said]:
    """Every number of a paragraph that has a unit of a figure, in order; dates and ordinals are none.

    `names`: name of a figure -> its unit; right after such a name a number needs no unit of its own (立案数413).
    """
    plain = line.translate(WIDE)
    found: list[Said] = []
    matches = list(_NUMBER.finditer(plain))
    taken = [match.span() for match in matches]
    if names:
        alone = _alone(tuple(sorted(names, key=len, reverse=True))).finditer(plain)
        matches += [each for each in alone if not any(a < each.end() and each.start("number") < b for a, b in taken)]
    for match in sorted(matches, key=_start):
        start = _start(match)
        before = plain[found[-1].ends if found else 0 : start]
        named = before.rstrip("（( ")
        clause = _BOUNDARY.split(named.rstrip("：:") if match.re is not _NUMBER else named)[-1]
        told = match.groupdict()
        value, unit, places = (_typed(told["number"]), names[told["name"]], None) if "name" in told else _value(match)
        fell, rose = bool(_FALL.search(clause)), bool(_RISE.search(clause))
        said = line[start - len(before) + before.rfind(clause) if clause else start : match.end()]
        found.append(
            Said(
                bare(clause), -value if fell and not rose else value, unit, said.strip(), start,
                signed=fell != rose, spelt=bool(told.get("spelt") or told.get("long")), places=places, ends=match.end(),
            )
        )  # fmt: skip
    return found


@lru_cache(maxsize=8)
def _alone(names: tuple[str, ...]) -> re.Pattern[str]:
    """A number without a unit right after one of these names, and nothing but the end of what is said behind it."""
    return re.compile(
        rf"(?P<name>{'|'.join(map(re.escape, names))})[\s为是达到共计有约：:（(]{{0,4}}(?P<number>{_TYPED})"
        r"(?=\s*(?:$|[，。；：、,;:！？!?）)\n]|[比较和与同环]))"
    )


def _start(match: re.Match[str]) -> int:
    return match.start() if match.re is _NUMBER else match.start("number")


def _value(match: re.Match[str]) -> tuple[Decimal, str, int | None]:
    if share := match["share"]:
        return (Decimal(share) if share[0].isdigit() else _spelt(share)), PERCENT, None
    if spelt := match["spelt"] or match["long"]:
        return _spelt(spelt), _WORDS[match["spelt_unit"] or match["long_unit"]], None
    number = _typed(match["digits"])
    unit = _WORDS[match["unit"] or match["unit_within"]]
    thousands = match["times"] or match["times_within"] or ""
    times = {"": 1, "万": 10_000, "亿": 100_000_000}[thousands]
    places = -int(number.as_tuple().exponent) if unit == YUAN and thousands == "万" else None
    return number * times, unit, places


def _typed(digits: str) -> Decimal:
    return Decimal(digits.replace(",", "").replace("，", ""))


_DIGITS = {
    mark: value for marks in ("〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖") for value, mark in enumerate(marks)
}
_DIGITS["两"] = 2
_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}


def _spelt(words: str) -> Decimal:
    """A Chinese numeral, or its digits after 点: 一百二十 -> 120, 九十三点五 -> 93.5."""
    whole, _, fraction = words.partition("点")
    total = last = 0
    for mark in whole:
        if mark == "万":
            total, last = ((total + last) or 1) * 10_000, 0
        elif mark in _TENS:
            total, last = total + (last or 1) * _TENS[mark], 0
        else:
            last = _DIGITS[mark] if not last else last * 10 + _DIGITS[mark]
    told = f"{total + last}" + ("." + "".join(str(_DIGITS.get(mark, 0)) for mark in fraction) if fraction else "")
    return Decimal(told)
