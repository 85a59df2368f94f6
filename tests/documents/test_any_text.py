"""Whatever is typed, a paper comes out, in all three forms, and nothing that can be shown is lost."""

from io import BytesIO

from docx import Document
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridops.documents.docx import docx
from gridops.documents.html import fragment
from gridops.documents.pdf import pdf
from gridops.documents.rules import Annex, Column, Foot, FootLine, Heading, Paper, Paragraph, Signature, Table
from gridops.documents.rules.wording import balanced_lines, clean, lines_of, soften
from tests.documents.test_html import Seen

ANY = st.text(st.characters(), max_size=60) | st.text(
    st.sampled_from("#$*_@\\<>{}[]`\"'&/=-~《（），。0a龙\n\ud800\x00\u202e")
)


def paper_of(text: str) -> Paper:
    table = Table((Column(), Column("left")), ((text, "b"),), ((text, text),), text, text)
    body = (Heading(1, text), Heading(3, text), Paragraph(text, lead=text), table)
    foot = Foot((FootLine(text, text),), text, text, 1)
    return Paper(
        text, body, head=text, issue_line=text, left_line=text, right_line=text, mark=text, watermark=text,
        addressee=text, note=text, signature=Signature((text,), text), annexes=(Annex(text, body, text),), foot=foot,
        author=text,
    )  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(ANY)
@example("\ud800\x00\x1b\ufffe")
@example("اَلْعَرَبِيَّةُ हिन्दी 👨‍👩‍👧‍👦 e\u0301\u0301\u0301")
@example("x" * 300)
@example("\n\n")
def test_any_text_survives_into_every_form(text: str) -> None:
    paper = paper_of(text)
    assert pdf(paper).startswith(b"%PDF-")
    written = "".join(p.text for p in Document(BytesIO(docx(paper))).paragraphs)
    seen = Seen(fragment(paper))
    for line in lines_of(text):
        assert line in written
        assert line in seen.text
    assert not {"script", "img", "style"} & set(seen.tags)


@given(ANY, st.floats(1, 40))
def test_breaking_a_text_loses_nothing_but_room(text: str, most: float) -> None:
    typed = "".join("".join(line.split()) for line in lines_of(text))
    assert "".join("".join(line.split()) for line in balanced_lines(text, most)) == typed
    assert soften(clean(text), most).replace("\u200b", "") == clean(text).replace("\u200b", "")
