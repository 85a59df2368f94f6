"""Official papers: one page model (GB/T 9704-2012), drawn as PDF, DOCX and HTML. Knows no domain word.

rules/      what a paper is made of (`paper`), its measures (`measures`), wording helpers (`wording`), the
            chart specification (`charts`); all pure
fonts.py    which font file stands for which face of the standard, and whether it is the true one
charts.py   Chart -> SVG or PNG            pdf.py   Paper -> PDF, by the typst template beside it
docx*.py    Paper -> DOCX                  html.py  Paper -> HTML, light enough for the web process
service.py  `render(paper)`: all three at once

typst, vl-convert and python-docx are loaded by fonts, charts, pdf and docx only, so a page that shows a paper
as HTML never pays for them.
"""
