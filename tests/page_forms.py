"""The forms of a page as a browser would send them: every field with the value that stands in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser


@dataclass(slots=True)
class Sent:
    """A form that is posted: where it goes (empty: where the page came from), and its fields."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str | None, value: str | None) -> None:
        """One more value of a field."""
        if name:
            self.fields.setdefault(name, []).append(value or "")


def forms_of(page: str) -> list[Sent]:
    """The forms of a page that are posted, in their order."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


def both_versions(page: str) -> list[tuple[str, str, str]]:
    """What a page sets side by side: what a field is called, what stands, what was typed."""
    table = page.partition("both-versions")[2].partition("</table>")[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td></tr>', table, re.DOTALL)
    return [(_words(label), _words(now), _words(typed)) for label, now, typed in rows]


def _words(cell: str) -> str:
    """What a cell says, without the mark of what differs."""
    return unescape(re.sub(r'<span class="chip.*|<[^>]+>', "", cell, flags=re.DOTALL)).strip()


class _Reader(HTMLParser):
    """Collects forms; of a choice what is selected, else its first option, as browsers do."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Sent] = []
        self.form: Sent | None = None
        self.choice: tuple[str, bool, list[tuple[str, bool]]] | None = None
        self.area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and (given.get("method") or "").lower() == "post":
            self.form = Sent(given.get("action") or "")
            self.found.append(self.form)
        elif self.form is None:
            return
        elif tag == "input" and given.get("type") not in {"submit", "file"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.form.add(given.get("name"), given.get("value"))
        elif tag == "select":
            self.choice = (given.get("name") or "", "multiple" in given, [])
        elif tag == "option" and self.choice:
            self.choice[2].append((given.get("value") or "", "selected" in given))
        elif tag == "textarea":
            self.area = (given.get("name") or "", [])

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select" and self.choice and self.form:
            name, several, options = self.choice
            chosen = [value for value, selected in options if selected] or [value for value, _no in options[:1]]
            for value in chosen if not several or any(selected for _value, selected in options) else []:
                self.form.add(name, value)
            self.choice = None
        elif tag == "textarea" and self.area and self.form:
            self.form.add(self.area[0], "".join(self.area[1]))
            self.area = None
