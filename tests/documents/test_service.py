import subprocess
import sys

from gridops.documents.service import render
from tests.documents.samples import monthly


def test_a_paper_is_rendered_in_three_forms_and_the_same_each_time() -> None:
    first = render(monthly(5))
    assert first.pdf.startswith(b"%PDF-")
    assert first.docx.startswith(b"PK")
    assert first.html.decode().startswith("<!doctype html>")
    assert render(monthly(5)) == first


def test_importing_the_room_loads_no_drawing_library() -> None:
    code = (
        "import sys, gridops.documents, gridops.documents.rules.charts, gridops.documents.html, "
        "gridops.documents.service; print({'typst', 'docx', 'vl_convert', 'lxml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
