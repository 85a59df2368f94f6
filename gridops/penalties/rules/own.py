"""Whether an authority is the street itself: the one rule by which a decision counts as its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from gridops.people.rules import UnitKind

# Units that act in the street's name. A police station or an agency of the district beside it acts in its own.
OWN_UNITS = frozenset(
    {UnitKind.STREET, UnitKind.DEPARTMENT, UnitKind.SECTION, UnitKind.COMMUNITY, UnitKind.URBAN_MANAGEMENT}
)
# What may stand before a street's name in full: 常州市新北区, 新北区人民政府.
_ABOVE = re.compile(r".*(省|市|区|县|旗|人民政府)")
_OFFICE = ("人民政府办事处", "办事处")
# Only a street's name stays its own with more before it: the district has a 综合行政执法局 too.
_STREETS = ("街道", "镇", "乡")


def is_own(decided_by: str, names: Iterable[str]) -> bool:
    """Whether `decided_by` names the street: by code or name of its root or of one of its units, 办事处 or not."""
    asked = _core(decided_by)
    return bool(asked) and any(_same(asked, own) for name in names if (own := _core(name)))


def _same(asked: str, own: str) -> bool:
    if asked == own or not own.endswith(_STREETS):
        return asked == own
    before = asked.removesuffix(own)
    return before != asked and _ABOVE.fullmatch(before) is not None


def _core(name: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", name).split()).casefold()
    for office in _OFFICE:
        if plain.endswith(office) and plain != office:
            return plain.removesuffix(office)
    return plain
