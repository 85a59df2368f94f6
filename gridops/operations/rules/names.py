"""What the words of joint enforcement are called on pages."""

from __future__ import annotations

from gridops.operations.rules.incidents import IncidentKind
from gridops.operations.rules.outings import OutingState

INCIDENT_NAMES: dict[IncidentKind, str] = {
    IncidentKind.SEIZED: "扣押",
    IncidentKind.IMPOUNDED: "交警扣留",
    IncidentKind.PRESERVED: "先行登记保存",
    IncidentKind.REFERRED: "移送",
    IncidentKind.OTHER: "其他",
}

STATE_NAMES: dict[OutingState, str] = {
    OutingState.PLANNED: "已计划",
    OutingState.OPEN: "进行中",
    OutingState.ENDED: "已结束",
    OutingState.CANCELLED: "已取消",
}
