from pathlib import Path

from gridops.documents.fonts import FACES, FONT_DIRS, font_report


def test_every_face_of_the_standard_is_reported() -> None:
    report = font_report()
    assert [found.face.name for found in report] == ["仿宋", "楷体", "黑体", "小标宋", "宋体"]
    assert all(found.font in found.chain for found in report)


def test_the_fonts_of_set_up_stand_in_where_the_true_ones_are_missing() -> None:
    for found in font_report():
        assert {"Noto Serif SC", "Noto Sans SC"} <= set(found.chain)
        if not found.is_true:
            assert found.font is not None
            assert found.font.startswith("Noto")


def test_stand_ins_for_body_and_headings_differ_in_weight_or_kind() -> None:
    looks = {face.key: (face.stand_ins, face.weight) for face in FACES}
    assert len({looks[key] for key in ("fangsong", "kai", "hei", "title")}) == 4


def test_a_folder_that_is_not_there_is_no_error() -> None:
    assert font_report((*FONT_DIRS, Path("/nowhere")))[0].font == font_report()[0].font


def test_the_file_told_is_the_one_of_the_weight_used() -> None:
    files = {found.face.key: found.path for found in font_report() if not found.is_true}
    assert len(set(files.values())) >= len(files) - 1  # only 仿宋 and 宋体 share one
