"""Measures of GB/T 9704-2012 as data. Lengths in mm end in _MM, in points in _PT; clauses are of the standard."""

PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210.0, 297.0  # A4, 5.1
MARGIN_TOP_MM = 37.0  # 天头, 5.2.1
MARGIN_INSIDE_MM = 28.0  # 订口, 5.2.1: left on odd pages, right on even ones, as both sides are printed (6)
MARGIN_OUTSIDE_MM = 26.0
MARGIN_BOTTOM_MM = 35.0
AREA_WIDTH_MM, AREA_HEIGHT_MM = 156.0, 225.0  # 版心, 5.2.1

PT_PER_MM = 72 / 25.4
AREA_WIDTH_PT = AREA_WIDTH_MM * PT_PER_MM
LINES_PER_PAGE, CHARS_PER_LINE = 22, 28  # 5.2.3
LINE_PITCH_PT = 28.99  # 225 mm over 22 lines
CHAR_PITCH_PT = AREA_WIDTH_PT / CHARS_PER_LINE  # 15.79: a little less than the 16 pt of the type

BODY_PT = 16.0  # 3号, 5.2.2
TITLE_PT, TITLE_PITCH_PT = 22.0, 34.0  # 2号, 7.3.1; the pitch is custom
SMALL_PT = 14.0  # 4号: foot (7.4.2) and page numbers (7.5)
HEAD_PT = 52.0  # 发文机关标志: free, but on one line and at most this, 7.2.4
HEAD_SMALLEST_PT = 30.0  # a longer head than this allows is broken into lines
HEAD_DROP_MM = 35.0  # top of the head below the top of the type area, 7.2.4
RED_LINE_DROP_MM = 4.0  # below the line above it, 7.2.7; read by paper.typ
RED_LINE_PT = 1.5
PAGE_NUMBER_DROP_MM = 7.0  # dash below the type area, 7.5
THICK_LINE_MM, THIN_LINE_MM = 0.35, 0.25  # lines of the foot, 7.4.1

RED = "e60012"
ACCENT, GREY = "1f5b94", "8c8c8c"  # of charts; they stay apart when printed without colour

TITLE_CHARS = 19  # of a 2号 title on one line, with a little air on both sides


def table_text_pt(columns: int) -> float:
    """Type size in points for a table of this many columns: 4号 down to 小五. The standard leaves it free."""
    for most, size in ((4, 14.0), (8, 12.0), (13, 10.5)):
        if columns <= most:
            return size
    return 9.0
