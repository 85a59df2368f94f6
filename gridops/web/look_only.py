"""A page as it is sent to who looks as somebody else: what would only be refused is shown shut, and says why.

One rule over the page as it is drawn, so that no page has to know of it: forms that send something, links to what stays
shut, buttons that leave a trace (`data-traced`). The gate itself is `web.viewing`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import escape, unescape
from urllib.parse import urlsplit

from flask_babel import gettext as _

NO_ACTS = "以他人身份查看时不能办理。"
OWN_ALONE = "此页只有本人能看，以他人身份查看时不打开。"
NO_FILES = "以他人身份查看时不下载文件。"
NO_TRACES = "打开会留下本人的痕迹，以他人身份查看时不打开。"

# Addresses of what answers nobody but the person.
SHUT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/account\b(?!-)"), OWN_ALONE),
    (re.compile(r".*(\.(csv|xlsx)(\?|$)|[?&]format=(csv|xlsx)|/papers/)"), NO_FILES),
    (re.compile(r"/desk/premises/\d+/edit|/desk/incidents/new\?.*\binstead=|/admin/audit\b"), NO_TRACES),
)
# A link to a file to keep (a PDF of the evidence), or one whose address is put in by a script later on.
_DOWNLOAD = re.compile(r"\bdownload\b")

_FORM = re.compile(r'<form\b([^>]*\bmethod="post"[^>]*)>(.*?)</form>', re.DOTALL)
_LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
_TRACED = re.compile(r"<button\b(?=[^>]*\bdata-traced\b)")
_ACTION, _HREF = re.compile(r'\saction="([^"]*)"'), re.compile(r'\shref="([^"]*)"')


def shut(page: str, stays_open: Collection[str]) -> str:
    """The page (HTML) with all that is shut to who looks; `stays_open`: paths of forms that are theirs to send."""
    page = _FORM.sub(lambda found: _form(found, stays_open), page)
    page = _LINK.sub(_link, page)
    return _TRACED.sub(f'<button disabled title="{escape(_(NO_TRACES))}"', page)


def _form(found: re.Match[str], stays_open: Collection[str]) -> str:
    tag, inside = found.groups()
    action = _ACTION.search(tag)
    if action and urlsplit(unescape(action[1])).path in stays_open:
        return found[0]
    why = escape(_(NO_ACTS))
    legend = f'<legend class="visually-hidden">{why}</legend>'
    return f'<form title="{why}"{tag}><fieldset class="look-only" disabled>{legend}{inside}</fieldset></form>'


def _link(found: re.Match[str]) -> str:
    """No link but words: without an address nothing is opened, by no key and no script either."""
    tag, inside = found.groups()
    href = _HREF.search(tag)
    address = unescape(href[1]) if href else ""
    why = next((words for shape, words in SHUT if shape.match(address)), NO_FILES if _DOWNLOAD.search(tag) else None)
    if why is None:
        return found[0]
    rest = _HREF.sub("", tag, count=1)
    return f'<span{rest} role="link" aria-disabled="true" title="{escape(_(why))}">{inside}</span>'
