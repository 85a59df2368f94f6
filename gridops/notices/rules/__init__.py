"""What a notice is, how it is put to each kind of hook, when it is tried again and when it is too old."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

# A robot of 企业微信 takes 2,048 bytes a message and 20 messages a minute: several notices go together.
MOST_TEXT_BYTES = 2000
MOST_TOGETHER = 10
# Of more at once (a morning on which much runs out) a group gets one message: how many of each kind, and the first.
MOST_APART = 30
COUNTED = "（汇总计数，未逐条列出）"
# While one is being posted no other worker takes it; longer than `posting.WHOLE_S` and the commit after it.
LEASE = timedelta(minutes=2)
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(hours=1)
KEPT_FOR = timedelta(days=3)


class HookKind(StrEnum):
    """`wecom`: 企业微信群机器人 (text); `json`: the same as plain data, for gateways (SMS)."""

    WECOM = "wecom"
    JSON = "json"


class Occasion(StrEnum):
    """What a notice is about."""

    DISPATCHED = "dispatched"
    SENT_BACK = "sent_back"
    RETURNED = "returned"
    DUE_SOON = "due_soon"
    REMINDED = "reminded"
    PRESSED = "pressed"
    PRESS_ANSWERED = "press_answered"
    EXTENSION_ASKED = "extension_asked"
    EXTENDED = "extended"
    NOT_EXTENDED = "not_extended"
    OWN_REPORT = "own_report"
    JOINED = "joined"
    HELP_RETURNED = "help_returned"
    TEST = "test"


class Outcome(StrEnum):
    """What became of a notice; `dropped`: not so any more, nobody to tell, or too old."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"


KIND_NAMES = {HookKind.WECOM: "企业微信群机器人", HookKind.JSON: "通用 JSON（短信网关等）"}
OCCASION_NAMES = {
    Occasion.DISPATCHED: "新派遣",
    Occasion.SENT_BACK: "退回重办",
    Occasion.RETURNED: "单位退件",
    Occasion.DUE_SOON: "即将到期",
    Occasion.REMINDED: "催办",
    Occasion.PRESSED: "督办",
    Occasion.PRESS_ANSWERED: "督办答复",
    Occasion.EXTENSION_ASKED: "申请延期",
    Occasion.EXTENDED: "同意延期",
    Occasion.NOT_EXTENDED: "不同意延期",
    Occasion.OWN_REPORT: "本人上报有结果",
    Occasion.JOINED: "会办",
    Occasion.HELP_RETURNED: "退回会办",
    Occasion.TEST: "测试",
}
OUTCOME_NAMES = {Outcome.WAITING: "待发送", Outcome.SENT: "已发送", Outcome.DROPPED: "不再发送"}


@dataclass(frozen=True, slots=True)
class Said:
    """A notice in words: for a unit (None: the centre of the root), `text` without its link, `path` of the link.

    Never a person, a plate or a telephone: groups are read by many. `data`: the same for programs.
    """

    root_id: int
    unit_id: int | None
    occasion: Occasion
    text: str
    path: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def told(self, public_url: str) -> str:
        """The whole text, with its link where the deployment knows its address."""
        head = f"【{OCCASION_NAMES[self.occasion]}】{self.text}"
        return f"{head}\n{public_url.rstrip('/')}{self.path}" if public_url and self.path else head


def fits(texts: Sequence[str]) -> bool:
    """Whether some notices may go together in one message."""
    return len(texts) <= MOST_TOGETHER and len("\n\n".join(texts).encode()) <= MOST_TEXT_BYTES


def together(texts: Sequence[str], said: Sequence[Said], public_url: str) -> tuple[str, int]:
    """The text of one message of some notices, and how many it lists: all that fit; of a burst it counts all."""
    if len(texts) == 1 or fits(texts):
        return "\n\n".join(texts), len(texts)
    counted = Counter(one.occasion for one in said)
    head = "\n".join(f"【{name}】共 {counted[kind]} 件" for kind, name in OCCASION_NAMES.items() if kind in counted)
    where = f"{public_url.rstrip('/')}/desk" if public_url else "工作台"
    listed = next(n for n in range(MOST_TOGETHER, -1, -1) if fits(_digest(head, texts, n, where)))
    return "\n\n".join(_digest(head, texts, listed, where)), listed


def _digest(head: str, texts: Sequence[str], listed: int, where: str) -> list[str]:
    return [f"{head}\n另有 {len(texts) - listed} 件未列出，见 {where}", *texts[:listed]]


def payload(kind: HookKind, texts: Sequence[str], said: Sequence[Said], content: str | None = None) -> dict[str, Any]:
    """What is posted: `content` for people (`together`), for programs each notice too."""
    content = "\n\n".join(texts) if content is None else content
    if kind is HookKind.WECOM:
        return {"msgtype": "text", "text": {"content": shortened(content)}}
    notices = [
        {"occasion": one.occasion.value, "text": text, **one.data} for one, text in zip(said, texts, strict=True)
    ]
    return {"schema": "gridops/notices/1", "text": content, "notices": notices}


def shortened(text: str) -> str:
    """A text cut to what a message takes, between letters."""
    raw = text.encode()
    return text if len(raw) <= MOST_TEXT_BYTES else raw[: MOST_TEXT_BYTES - 3].decode(errors="ignore") + "…"


def refused(kind: HookKind, status: int, body: bytes) -> str | None:
    """Why an answer means that nothing was delivered; None when it was."""
    if not 200 <= status < 300:
        return f"HTTP {status}"
    if kind is HookKind.WECOM:
        # The robot answers 200 also to what it does not take.
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            said = None
        code = said.get("errcode") if isinstance(said, dict) else None
        if code != 0 or isinstance(code, bool):
            return f"errcode {str(code)[:20]}"
    return None


def rest_after(failures: int) -> timedelta:
    """How long a hook rests after so many failures in a row."""
    return min(FIRST_REST * (1 << min(max(failures - 1, 0), 10)), LONGEST_REST)


def too_old(since: datetime, now: datetime) -> bool:
    """Whether a notice would only confuse."""
    return now - since > KEPT_FOR


def masked(host: str, address: str) -> str:
    """How a hook is shown: its host and its last four letters, by which it is told from others."""
    return f"{host} …{address[-4:]}" if len(address) - len(host) > 20 else f"{host} …"


def span(length: timedelta) -> str:
    """`3 小时 10 分`, `2 天 4 小时`."""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = (
        [f"{days} 天"] * bool(days) + [f"{hours} 小时"] * bool(hours) + [f"{minutes} 分"] * bool(minutes and not days)
    )
    return " ".join(parts) or "不到 1 分"


def left(due: datetime, now: datetime) -> str:
    """`还剩 3 小时 10 分` or `超期 2 小时`."""
    return f"还剩 {span(due - now)}" if due >= now else f"超期 {span(now - due)}"
