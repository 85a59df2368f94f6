"""QR codes drawn on the page itself: SVG without a style of its own, so that the policy of contents allows it."""

from __future__ import annotations

import segno
from flask import Flask
from markupsafe import Markup


def svg(text: str, label: str) -> Markup:
    """The picture of a text (an address of ours), readable with a sixth of it dirty (level M); `label`: its words.

    White around black in any colour scheme: scanners ask for it.
    """
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        omitsize=True, svgclass="qr", lineclass=None, border=4, light="#fff", dark="#000"
    )
    return Markup('<span role="img" aria-label="{}">{}</span>').format(label, Markup(drawn))  # noqa: S704


def set_up(app: Flask) -> None:
    """Templates draw with `qr(text, label)`."""
    app.add_template_global(svg, "qr")
