"""What a filing condition asks beside its limit: pictures of the report, the feedback and the check; how it is checked.

Pure. Pictures are counted by the roles under which evidence keeps them (commands.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Photo(StrEnum):
    """A kind of picture, by its role: before (of any kind), near, far, reference object; after; at the check."""

    BEFORE = "before"
    NEAR = "near"
    FAR = "far"
    REFERENCE = "reference"
    AFTER = "after"
    CHECK = "check"


class Stage(StrEnum):
    """Which step a picture belongs to."""

    REPORT = "report"
    FEEDBACK = "feedback"
    CHECK = "check"


class CheckRule(StrEnum):
    """How the work is checked before closing; a condition without one is checked as usual (an inspector, on site)."""

    ON_SITE = "on_site"
    OTHER_PERSON = "other_person"
    AFTER_PICTURE = "after_picture"
    SAME_TIME = "same_time"
    COMMUNITY = "community"


PHOTO_NAMES: dict[Photo, str] = {
    Photo.BEFORE: "处置前照片",
    Photo.NEAR: "近景照片",
    Photo.FAR: "远景照片",
    Photo.REFERENCE: "参照物照片",
    Photo.AFTER: "处置后照片",
    Photo.CHECK: "核查照片",
}
STAGE_NAMES: dict[Stage, str] = {Stage.REPORT: "上报", Stage.FEEDBACK: "处置反馈", Stage.CHECK: "核查"}
STAGES: dict[Stage, tuple[Photo, ...]] = {
    Stage.REPORT: (Photo.BEFORE, Photo.NEAR, Photo.FAR, Photo.REFERENCE),
    Stage.FEEDBACK: (Photo.AFTER,),
    Stage.CHECK: (Photo.CHECK,),
}
CHECK_RULE_NAMES: dict[CheckRule, str] = {
    CheckRule.ON_SITE: "现场核查，须有核查照片",
    CheckRule.OTHER_PERSON: "现场核查，由上报人以外的人进行",
    CheckRule.AFTER_PICTURE: "凭处置后照片核查",
    CheckRule.SAME_TIME: "同时段核查",
    CheckRule.COMMUNITY: "由社区网格的监督员核查",
}
# More of one kind is nobody's need.
MOST = 9
_WRITTEN = re.compile(r"([a-z]+):([1-9])")


def of_stage(needs: Mapping[str, int], stage: Stage) -> dict[Photo, int]:
    """The pictures that one step needs, by kind; empty: none."""
    return {kind: needs[kind] for kind in STAGES[stage] if needs.get(kind)}


def with_rule(needs: Mapping[str, int], rule: CheckRule | None) -> dict[str, int]:
    """The pictures a condition needs, with the one that its way of checking cannot do without."""
    return {**needs, Photo.CHECK: max(1, needs.get(Photo.CHECK, 0))} if rule is CheckRule.ON_SITE else dict(needs)


def short_of(needs: Mapping[str, int], given: Mapping[str, int], stage: Stage) -> dict[Photo, int]:
    """The pictures that a step needs and that were not given, by kind; empty: enough.

    A picture of the report whose kind nobody said (before) stands for any kind that is missing.
    """
    wanted = of_stage(needs, stage)
    plain = wanted.pop(Photo.BEFORE, 0)
    missing = {kind: most - given.get(kind, 0) for kind, most in wanted.items() if most > given.get(kind, 0)}
    if stage is not Stage.REPORT:
        return missing
    free = given.get(Photo.BEFORE, 0)
    for kind in list(missing):
        lent = min(free, missing[kind])
        free, missing[kind] = free - lent, missing[kind] - lent
    # The need of any pictures is met by pictures of every kind, used for another need or not.
    every = sum(given.get(kind, 0) for kind in STAGES[Stage.REPORT])
    found = {kind: count for kind, count in missing.items() if count}
    return found | ({Photo.BEFORE: plain - every} if plain > every else {})


def parse_needs(text: str) -> dict[str, int]:
    """Pictures as a shipped file tells them: `near:1;after:2`. ValueError for any other text."""
    found: dict[str, int] = {}
    for part in filter(None, text.split(";")):
        told = _WRITTEN.fullmatch(part)
        if told is None or told[1] not in set(Photo):
            raise ValueError(f"not pictures: {text}")
        found[told[1]] = int(told[2])
    return found


def needs_zh(needs: Mapping[Photo, int]) -> str:
    """`处置后照片 1 张、核查照片 2 张`."""
    return "、".join(f"{PHOTO_NAMES[kind]} {count} 张" for kind, count in needs.items())
