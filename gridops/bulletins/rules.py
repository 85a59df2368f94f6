"""Rules of the bulletin (pure)."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Life of a bulletin: 拟稿, 数据锁定, 核稿, 签发, 印发, 更正说明."""

    DRAFT = "draft"
    FROZEN = "frozen"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    ISSUED = "issued"
    CORRECTED = "corrected"
