"""What a bulletin says: its document in the form of the contract (`bulletin.json`), its text, and its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from gridops.bulletins import queries
from gridops.bulletins.issues import given_of
from gridops.bulletins.models import Bulletin
from gridops.bulletins.rules import chapters, numbers, page, words
from gridops.bulletins.rules.annex import Trend
from gridops.bulletins.rules.life import Status
from gridops.bulletins.rules.matter import Chapter, Matter
from gridops.bulletins.rules.series import Wording
from gridops.bulletins.series import period_of_paper, wording_of
from gridops.bulletins.trends import trend_of
from gridops.core import clock
from gridops.core.errors import NotFound
from gridops.core.periods import Period
from gridops.documents.rules import chinese_numeral, issue_number, paper
from gridops.figures import counts, enforcement, money
from gridops.figures import service as figures
from gridops.figures.models import FrozenSet
from gridops.figures.rules.tally import Counted
from gridops.grids import queries as grids
from gridops.grids.rules import Level

SCHEMA = "gridops/bulletin/1"
TABLES = (
    "by_source", "by_class", "top_events", "top_components", "by_grid", "by_unit", "by_campaign",
    "rounds", "penalties_by_kind", "problems", "discipline", "scores", "corrections", "late_work",
)  # fmt: skip
PARTS_NAMES = {
    Level.DISTRICT: "区县",
    Level.STREET: "街道",
    Level.COMMUNITY: "社区",
    Level.SPECIAL: "片区",
    Level.GRID: "网格",
    Level.CELL: "单元网格",
}
# What stands behind a figure of a correction; counts are told bare.
_MEASURES = {"percent": "%", "yuan": "元"}
FIGURE_NAMES = {
    **{counts.PREFIX + count.key: count.name for count in counts.COUNTS},
    **{counts.PREFIX + rate.key: rate.name for rate in counts.RATES},
    **enforcement.TELLING.names,
    **money.TELLING.names,
    "grids.count": "网格数",
    "grids.area_km2": "网格面积",
    "grids.staffed": "有责任人的网格数",
    "grids.coverage": "网格覆盖率",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A bulletin ready to be rendered: the contract's JSON, the text, what the page needs beside it.

    `text` is as edited, `composed` as the figures write it today.
    """

    contract: dict[str, Any]
    text: list[dict[str, Any]]
    kept: dict[str, Any]
    head: page.Head
    period: Period
    trend: Trend | None
    notes: list[str]
    composed: list[dict[str, Any]]


def document_of(
    session: Session, bulletin: Bulletin, counted: Sequence[Counted] | None, *, as_of: datetime | None = None
) -> Document:
    """The document of a bulletin: from parts just counted for a draft, from the frozen set afterwards.

    `counted` None: a draft as it was last built, for the page that shows it; NotFound before its first build.
    `as_of`: when the oldest of the parts was counted.
    """
    period, wording = period_of_paper(session, bulletin), wording_of(session, bulletin)
    if bulletin.corrects_id is not None:
        return _correction(session, bulletin, wording, period)
    figure_set, known_at, digest = _figures(session, bulletin, period, counted)
    as_of = as_of or known_at
    told = chapters.compose(
        Matter(
            period, figure_set.figures, figure_set.tables, figure_set.late_records, wording.kept(),
            told_on=clock.local_date(as_of) if as_of < period.end else None,
            today=bulletin.issued_on or clock.local_date(clock.now()),
        ),
        bulletin.series,
    )  # fmt: skip
    composed = _text(told)
    text = bulletin.text if _stands(bulletin) and bulletin.text is not None else composed
    head = _head(bulletin, wording, page.title(wording.subject, period), as_of, digest)
    head = replace(head, parts=_parts_name(session, bulletin.grid_id, period))
    contract = _contract(session, bulletin, wording, period, as_of, digest)
    contract["figures"] = {
        key: {**figure, "records": f"/bulletins/{bulletin.id}/records/{key}"}
        for key, figure in figure_set.figures.items()
    }
    contract["tables"] = {name: figure_set.tables.get(name, []) for name in TABLES}
    contract |= {"text": _numbered(text), "late_records": figure_set.late_records}
    kept = {name: contract[name] for name in ("figures", "tables", "late_records", "as_of", "digest")}
    notes = page.notes(period, as_of, figure_set.late_records, digest)
    notes += _corrections_of_earlier(session, bulletin, period)
    notes += page.corrected_decisions(period, figure_set.tables.get("corrections", ()))
    notes += page.late_work(period, figure_set.tables.get("late_work", ()))
    trend = trend_of(session, bulletin, period, figure_set.figures)
    return Document(contract, text, kept, head, period, trend, notes, composed)


def differences_of(document: Document) -> list[numbers.Difference]:
    """The numbers of a document's text that differ from its figures; a correction has no figures of its own."""
    told = document.contract
    if document.text == document.composed or not told["figures"]:
        return []
    said = kept_by_office(told["figures"])
    facts = numbers.known(said, told["tables"], FIGURE_NAMES, document.composed, told["late_records"])
    return numbers.differences(document.text, document.composed, facts)


def kept_by_office(told: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The figures of cases and grids, and of every other matter of which anything is on record, now or before.

    Where nothing is, an office does not keep the matter here: what an editor types of it is no figure of ours.
    """
    matters = {
        key.partition(".")[0]
        for key, figure in told.items()
        if any(figure.get(part) not in _NOTHING for part in ("value", "previous", "last_year"))
    } | {"cases", "grids"}
    return {key: figure for key, figure in told.items() if key.partition(".")[0] in matters}


_NOTHING = (None, 0, "0.00")


def _stands(bulletin: Bulletin) -> bool:
    """Whether the kept text is the paper's: typed by an editor, or printed."""
    return bulletin.edited or bulletin.status in {Status.ISSUED, Status.CORRECTED}


def compose(document: Document) -> paper.Paper:
    """The page of a document."""
    told = document.contract
    return page.build(
        document.head, document.period, document.text, told["figures"], told["tables"], document.trend, document.notes
    )


def _figures(
    session: Session, bulletin: Bulletin, period: Period, counted: Sequence[Counted] | None
) -> tuple[figures.FigureSet, datetime, str | None]:
    if bulletin.frozen_set_id is None and counted is None:
        if not bulletin.draft:
            raise NotFound("这份通报还没有统计过")
        built = figures.FigureSet(bulletin.draft["figures"], bulletin.draft["tables"], bulletin.draft["late_records"])
        return built, clock.parse_instant(bulletin.draft["as_of"]), None
    if bulletin.frozen_set_id is None and counted is not None:
        joined, given = figures.merge(counted), given_of(session, bulletin.root_id, bulletin.grid_id, bulletin.series)
        made = figures.figures_of(session, bulletin.grid_id, period, bulletin.series, counted=joined, given=given)
        return made, clock.now(), None
    frozen = session.get_one(FrozenSet, bulletin.frozen_set_id)
    told = figures.FigureSet(frozen.figures, frozen.tables, frozen.late_records)
    return told, frozen.as_of, frozen.digest


def _head(bulletin: Bulletin, wording: Wording, title: str, as_of: datetime, digest: str | None) -> page.Head:
    return page.Head(
        head=wording.head,
        title=title,
        office=wording.office,
        addressee=wording.addressee,
        status=bulletin.status,
        issue_line=_issue_line(bulletin),
        day=bulletin.issued_on,
        foot=wording.foot,
        as_of=as_of,
        digest=digest,
        one_page=bulletin.series == "weekly",
    )


def _parts_name(session: Session, grid_id: int, period: Period) -> str:
    """What the territories directly below are called, for the table of them: 社区, 网格, 社区、片区."""
    tree = grids.territory(session).tree(period.end_day - timedelta(days=1))
    levels = {tree.nodes[child].level for child in tree.children(grid_id)}
    return "、".join(name for level, name in PARTS_NAMES.items() if level in levels) or "网格"


def _issue_line(bulletin: Bulletin) -> str:
    if bulletin.issue_no is None:
        return ""
    if bulletin.corrects_id is not None:
        return f"更正说明第{bulletin.issue_no}号"
    return issue_number(bulletin.issue_no, bulletin.total_no)


def _contract(
    session: Session, bulletin: Bulletin, wording: Wording, period: Period, as_of: datetime, digest: str | None
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "jurisdiction": {"code": wording.area_code, "name": wording.area_name},
        "issuing_body": {"name": wording.body_name, "short_name": wording.body_short_name},
        "series": {"key": bulletin.series, "name": wording.series_name},
        "period": {
            "kind": period.kind.value,
            "label": period.label,
            "start": clock.local(period.start).isoformat(),
            "end": clock.local(period.end).isoformat(),
        },
        "status": bulletin.status.value,
        "issue_no": bulletin.issue_no,
        "total_no": bulletin.total_no,
        "as_of": clock.local(as_of).isoformat(),
        "digest": digest,
        "figures": {},
        "tables": {name: [] for name in TABLES},
        "text": [],
        "corrections": corrections_of(session, bulletin),
        "late_records": [],
    }


def corrections_of(session: Session, bulletin: Bulletin) -> list[dict[str, Any]]:
    """Issued corrections of a bulletin, newest last: number, day, reason, and what they change."""
    found = queries.corrections(session, bulletin.id)
    return [
        {
            "id": each.id,
            "issue_no": each.issue_no,
            "issued_on": each.issued_on.isoformat() if each.issued_on else None,
            "reason": (each.draft or {}).get("reason", ""),
            "changes": (each.draft or {}).get("corrections", []),
        }
        for each in found
        if each.status is Status.ISSUED
    ]


def _corrections_of_earlier(session: Session, bulletin: Bulletin, period: Period) -> list[str]:
    """统计说明: which earlier issues were corrected since the issue before this one."""
    told = []
    for each in queries.corrections_issued_in(session, bulletin.grid_id, bulletin.series, period.start, period.end):
        name = words.label_name(each.period, period)
        told.append(
            f"{name}通报已于{each.issued_on.month}月{each.issued_on.day}日印发更正说明。" if each.issued_on else ""
        )
    return [line for line in told if line]


def _correction(session: Session, bulletin: Bulletin, wording: Wording, period: Period) -> Document:
    """更正说明: what stood in the issue, what holds now, and why."""
    original = session.get_one(Bulletin, bulletin.corrects_id)
    told = bulletin.draft or {}
    name = words.period_name(period, with_year=True)
    number = f"第{original.issue_no}期" if original.issue_no else ""
    frozen = session.get(FrozenSet, original.frozen_set_id) if original.frozen_set_id else None
    lines = []
    for change in told.get("corrections", []):
        unit = _MEASURES.get(frozen.figures.get(change["key"], {}).get("unit", "") if frozen else "", "")
        lines.append(f"{change['name']}：原为{change['was']}{unit}，更正为{change['now']}{unit}。")
    paragraphs = [f"我单位印发的{name}{wording.series_name}{number}，现就有关内容更正如下。", *lines]
    if told.get("reason"):
        paragraphs.append(f"更正原因：{told['reason'].rstrip('。')}。")
    paragraphs.append("原件存档不作修改，请与本更正说明一并使用。")
    composed = [{"level": 1, "heading": "", "paragraphs": paragraphs}]
    text = bulletin.text if _stands(bulletin) and bulletin.text is not None else composed
    as_of = bulletin.as_of or clock.now()
    head = _head(bulletin, wording, f"关于{name}{wording.subject}情况通报的更正说明", as_of, None)
    contract = _contract(session, bulletin, wording, period, as_of, None)
    contract["text"] = _numbered(text)
    kept = {**told, "as_of": contract["as_of"]}
    return Document(contract, list(text), kept, head, period, None, [], composed)


def _text(told: Sequence[Chapter]) -> list[dict[str, Any]]:
    return [{"level": c.level, "heading": c.heading, "paragraphs": list(c.paragraphs)} for c in told]


def _numbered(text: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Chapters as printed: headings of level 1 with their number 一、二、…"""
    told, count = [], 0
    for chapter in text:
        heading = chapter.get("heading", "")
        if heading and chapter.get("level", 1) == 1:
            count += 1
            heading = f"{chinese_numeral(count)}、{heading}"
        told.append({"level": chapter.get("level", 1), "heading": heading, "paragraphs": list(chapter["paragraphs"])})
    return told


def keep_wording(session: Session, bulletin: Bulletin) -> None:
    """Keep with a paper, at its freeze, what it says beside its figures: the series' settings and the trend of today.

    The figures of a period must be locked already.
    """
    wording = wording_of(session, bulletin)
    if bulletin.frozen_set_id is None:  # a correction
        bulletin.wording = wording.kept()
        return
    frozen = session.get_one(FrozenSet, bulletin.frozen_set_id)
    trend = trend_of(session, bulletin, period_of_paper(session, bulletin), frozen.figures)
    bulletin.wording = {**wording.kept(), "trend": asdict(trend) if trend else None}
