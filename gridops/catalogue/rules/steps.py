"""The steps of a case that may have limits of their own beside that of the whole case (standards.md 1.5; pure)."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """What is to be done next with a case."""

    ACCEPT = "accept"
    FILE = "file"
    DISPATCH = "dispatch"
    RECEIVE = "receive"
    HANDLE = "handle"
    SEND_TO_CHECK = "send_to_check"
    CHECK = "check"
    CLOSE = "close"


STEP_NAMES: dict[Step, str] = {
    Step.ACCEPT: "受理",
    Step.FILE: "立案",
    Step.DISPATCH: "派遣",
    Step.RECEIVE: "接收",
    Step.HANDLE: "处置",
    Step.SEND_TO_CHECK: "送核查",
    Step.CHECK: "核查",
    Step.CLOSE: "结案",
}
