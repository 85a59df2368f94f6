"""What is wrong with a field is told with its bounds, never as a bare "wrong"."""

import pytest

from gridops.core import fields
from gridops.intake.words import said

CASES = [
    # a coordinate beyond the earth names the range
    (fields.number(-180, 180), "200", "须在-180至180之间"),
    # a time of another century names the years
    (fields.instant(), "1970-01-01T00:00", "年份须在2000至2200之间"),
    # a whole number says that it is one
    (fields.whole(1, 99), "1.5", "须为1至99之间的整数"),
    # money says its unit
    (fields.yuan(), "-1", "金额须在0元至1000000000000元之间"),
    # what is no number at all
    (fields.number(-90, 90), "x", "请填写数字"),
]


@pytest.mark.parametrize(("read", "given", "told"), CASES)
def test_a_number_out_of_range_is_told_its_range(read, given: str, told: str):
    with pytest.raises(ValueError) as refused:
        read(given)
    assert said(str(refused.value)) == told
