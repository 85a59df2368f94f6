"""Where reports come from, and which of them must be verified on site before anything else."""

from __future__ import annotations

from enum import StrEnum


class Source(StrEnum):
    """Where a report came from."""

    INSPECTOR = "inspector"
    JOINT_ENFORCEMENT = "joint_enforcement"
    NIGHT_INSPECTION = "night_inspection"
    HOTLINE_12345 = "hotline_12345"
    PUBLIC = "public"
    WECHAT_APP = "wechat_app"
    VIDEO = "video"
    LEADER = "leader"
    PLATFORM_TRANSFER = "platform_transfer"
    ASSESSMENT = "assessment"
    PETITION = "petition"
    MEDIA = "media"
    THIRD_PARTY = "third_party"
    SENSOR = "sensor"
    OTHER = "other"


# Reports by others are verified on site before filing; a patrol's or a superior's are not (standards.md 1.4).
VERIFIED_SOURCES = frozenset(
    {Source.HOTLINE_12345, Source.PUBLIC, Source.WECHAT_APP, Source.PETITION, Source.MEDIA, Source.SENSOR}
)
