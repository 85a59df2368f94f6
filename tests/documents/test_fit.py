"""A brief of one page is set in the largest type in which it holds."""

import io

import pytest
from pypdf import PdfReader

from gridops.documents.pdf import pdf
from gridops.documents.rules.fit import SETTINGS, setting_of
from gridops.documents.rules.paper import Foot, Heading, Paper, Paragraph

LINE = "城警联动开展专项整治2次，城管、派出所、交警、运管共出动18人次，劝导44人次，发放告知书63份。"


def brief(paragraphs: int, *, one_page: bool = True) -> Paper:
    body = (Heading(1, "总体情况"), *(Paragraph(LINE) for _ in range(paragraphs)))
    return Paper(
        title="关于2017年3月20日至26日城市管理工作情况的通报", body=body, head="龙虎塘街道周报",
        left_line="督查室", right_line="拟稿", addressee="各部门", foot=Foot((), office="督查室"), one_page=one_page,
    )  # fmt: skip


# From a few lines in the type of the standard to a full page in the smallest.
@pytest.mark.parametrize(("paragraphs", "size"), [(4, 16.0), (6, 14.0), (9, 12.0), (12, 10.5)])
def test_a_brief_stands_on_one_page_in_the_largest_type_that_holds(paragraphs: int, size: float) -> None:
    paper = brief(paragraphs)
    setting = setting_of(paper)
    assert setting is not None
    assert setting.body == size
    assert len(PdfReader(io.BytesIO(pdf(paper))).pages) == 1


def test_other_papers_keep_the_measures_of_the_standard_and_too_long_a_brief_runs_on() -> None:
    assert setting_of(brief(9, one_page=False)) is None
    assert setting_of(brief(90)) == SETTINGS[-1]
