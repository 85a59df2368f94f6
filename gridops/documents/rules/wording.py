"""Pure helpers of wording: numerals, dates, widths, line breaks, and text made safe for every output."""

import re
import unicodedata
from datetime import date

_DIGITS = "零一二三四五六七八九"
# Characters no XML or PDF can carry, and the invisible ones that turn the reading direction of what follows.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_FIGURE = re.compile(r"[-+−]?[0-9.,]{1,16}%?(?:/[0-9.,]{1,16})?")  # 93.58/100.00 is one figure
_ZERO_WIDTH_SPACE = "\u200b"
_NO_LINE_START = set("，。、；：？！）》〉」』】〕”’％%…—·")
_NO_LINE_END = set("（《〈「『【〔“‘")
_GOOD_LINE_END = set("的和及与、，于在")
_GOOD_LINE_START = ("城市管理", "工作情况", "情况", "通报")  # of the titles of bulletins: 城市管理｜工作情况通报


def clean(text: str) -> str:
    """The text without control characters, lone surrogates and direction marks; all line ends become one kind."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _UNPRINTABLE.sub("", text.replace("\t", " "))
    return "".join(c for c in text if ord(c) & 0xFFFE != 0xFFFE)


def lines_of(text: str) -> list[str]:
    """The lines of a cleaned text that are not empty."""
    return [line.strip() for line in clean(text).split("\n") if line.strip()]


def chinese_numeral(number: int) -> str:
    """1 -> 一, 10 -> 十, 21 -> 二十一, 105 -> 一百零五. Raises ValueError outside 1..999."""
    if not 1 <= number <= 999:
        raise ValueError(f"no Chinese numeral is kept for {number}")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def heading_label(level: int, number: int) -> str:
    """The number before a heading: 一、 （一） 1. （1） for levels 1 to 4 (7.3.3)."""
    if level == 1:
        return f"{chinese_numeral(number)}、"
    if level == 2:
        return f"（{chinese_numeral(number)}）"
    return f"{number}." if level == 3 else f"（{number}）"


def chinese_date(day: date) -> str:
    """2026年9月7日: year in full, no leading zeros (7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def issue_number(number: int, running: int | None = None) -> str:
    """第3期（总第15期）; without the second part when there is no running number."""
    return f"第{number}期" + (f"（总第{running}期）" if running is not None else "")


def document_number(prefix: str, year: int, number: int) -> str:
    """龙街办发〔2026〕8号: brackets 〔〕, no 第, no leading zero (7.2.5)."""
    return f"{prefix}〔{year}〕{number}号"


def width(text: str) -> float:
    """Width of a text in full characters: Latin letters and digits count a half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text if not unicodedata.combining(c))


def soften(text: str, most: float) -> str:
    """Text in which a word wider than `most` full characters may be broken anywhere (zero-width spaces).

    A figure never is: 数字不能回行.
    """

    def broken(match: re.Match[str]) -> str:
        word = match.group()
        return word if width(word) <= most or _FIGURE.fullmatch(word) else _ZERO_WIDTH_SPACE.join(word)

    # Words are what a line breaker keeps whole: runs without spaces and without East Asian characters.
    return re.sub(r"[^\s\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+", broken, text)


def balanced_lines(text: str, most: float) -> list[str]:
    """Break a title or head into as few lines as fit `most` full characters each, of about equal width.

    Line ends typed by the author win. A break prefers the place behind 的, 和, 、 and the like or before 情况, and
    never parts a number or a Latin word, nor stands against 避头尾 (no 。 or ） first, no （ or 《 last). 7.3.1.
    """
    lines: list[str] = []
    for typed in lines_of(text):
        count = max(1, -int(-width(typed) // most))
        while count > 1:
            cut = _best_cut(typed, width(typed) / count, most)
            lines.append(typed[:cut].rstrip())
            typed = typed[cut:].lstrip()
            count = max(1, -int(-width(typed) // most))
        lines.append(typed)
    return lines


def _best_cut(text: str, wish: float, most: float) -> int:
    """Index of the break nearest to `wish` characters, with a bonus of two for a good line end or beginning."""
    best, best_cost, so_far = 1, float("inf"), 0.0
    for index in range(1, len(text)):
        left, right = text[index - 1], text[index]
        so_far += width(left)
        if so_far > most:
            break
        in_word = left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
        if in_word or right in _NO_LINE_START or left in _NO_LINE_END:
            cost = 100.0 + abs(so_far - wish)
        else:
            good = left in _GOOD_LINE_END or text.startswith(_GOOD_LINE_START, index)
            cost = abs(so_far - wish) - (2.0 if good else 0.0)
        if cost < best_cost:
            best, best_cost = index, cost
    return best
