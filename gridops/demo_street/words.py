"""What people write in reports and answers: patterns from words.csv, said differently each time."""

from __future__ import annotations

import csv
import random
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from gridops.demo_street.places import Spot

_FOLDER = Path(__file__).resolve().parent
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_NUMBER = re.compile(r"\{(\d+)-(\d+)\}")

_IN_HOUSES = ("E0161", "E0162", "E0662", "E0101", "E0138")
_OF_THE_WHOLE = ("E0164",)

# Reasons and remarks, by the move they belong to.
REMARKS = {
    "verified": ("现场核实，情况属实", "已到现场查看，问题属实，与反映一致", "属实，已拍照"),
    "unfounded": ("到现场未发现所反映的问题", "核实不属实，现场整洁", "反映位置无此情况，已回复诉求人"),
    "declined": (
        "核实不属实，不予受理", "反映内容不属于街道管理范围，已引导向有权部门反映", "反映地点不在本街道范围",
        "信息不全，无法核实，已电话告知诉求人",
    ),
    "self_declined": ("照片不清晰，无法辨认问题，请重新上报", "不在本街道范围"),
    "not_filed": ("现场已整改完毕，无需立案", "未达到立案条件", "与在办案件重复"),
    "checked": (
        "现场核查，问题已解决", "已到场核查，整改到位", "核查通过，现场整洁", "对照处置前照片核查，符合结案条件",
    ),
    "failed": (
        "现场仍有残留，未整改到位", "问题再次出现，未根治", "处置位置与上报位置不符", "仅清理一半，余下部分未处理",
    ),
    "returned": (
        "不属于我单位职责范围，建议派{other}", "点位权属不在我单位，建议派{other}", "该路段养护由{other}负责",
    ),
    "again": ("经核对职责清单，属你单位处置范围，请按时办理", "网格员现场确认权属，请接件单位办理"),
    "ask": ("工作量较大，申请延期", "须与相关单位会商后处置", "当事人外出，约定回来后处理"),
    "ask_works": (
        "须采购材料，材料到场后施工", "连续阴雨，无法施工", "须协调管线权属单位共同处置", "工程量较大，申请延期",
    ),
    "outside_works": (
        "管线权属单位正在排期迁改，暂不具备施工条件", "等待上级部门审批开挖手续", "等待厂家供货，暂不具备更换条件",
    ),
    "set_date_works": ("结合道路改造计划统一实施，缓办", "列入下月绿化补植计划，缓办", "列入下月设施维修计划，缓办"),
    "not_filed_works": ("属正常施工，手续齐全", "现场已整改完毕，无需立案"),
    "granted": ("情况属实，同意延期", "同意，请抓紧办理"),
    "refused": ("理由不充分，请按原时限办理", "此前已有同类点位按期完成，不同意延期"),
    "outside": ("涉及权属单位，正在协调，暂不具备处置条件", "等待上级部门审批手续", "地块涉及征收，待手续完成后处置"),
    "set_date": ("结合街道改造计划统一实施，缓办", "列入下月专项整治计划，缓办"),
    "resumed": ("手续已办结，恢复办理", "具备施工条件，恢复办理"),
    "voided": ("误立案，经复核不符合立案条件", "同一问题系统重复录入，作废", "经核实不属街道处置范围，移出"),
    "merged": ("与在办案件为同一点位，并案办理",),
    "undone": ("回头看发现问题仍存在，结案不实", "群众反映未解决，经复核属实"),
    "urged": ("请尽快处置",),
    "dispatch": ("请按时限处置并反馈", "请到场处置，处置后上传照片", "同点位此前已有反映，请彻底整治"),
}  # fmt: skip


@cache
def patterns() -> dict[tuple[str, str], tuple[str, ...]]:
    """(E or C and the code, part) -> patterns; parts: position of the condition, `s` self-handled, `d` done."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    with (_FOLDER / "words.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE, restkey="rest"):
            # A bar inside brackets is part of the pattern.
            found[line["key"], line["part"]].append("|".join([line["text"], *(line.get("rest") or [])]))
    return {key: tuple(texts) for key, texts in found.items()}


def said(pattern: str, dice: random.Random, **named: str) -> str:
    """One way to say a pattern: `[a|b]` takes one, `{2-5}` a number, other braces what is named."""
    for name, text in named.items():
        pattern = pattern.replace("{" + name + "}", text)
    while match := _CHOICE.search(pattern):
        pattern = pattern[: match.start()] + dice.choice(match[1].split("|")) + pattern[match.end() :]
    return _NUMBER.sub(lambda match: str(dice.randint(int(match[1]), int(match[2]))), pattern)


def remark(kind: str, dice: random.Random, **named: str) -> str:
    """Something people say with a move."""
    return said(dice.choice(REMARKS[kind]), dice, **named)


def place(problem: str, spot: Spot, dice: random.Random) -> str:
    """How someone names the place of a problem; what belongs into a house is told by its number."""
    if problem in _OF_THE_WHOLE:
        return spot.name
    sayings = spot.sayings
    if problem in _IN_HOUSES:
        sayings = tuple(each for each in sayings if "幢" in each or "号" in each) or sayings
    return said(dice.choice(sayings), dice)


def address(spot: Spot, named: str) -> str:
    """The address of a place that was named: the road first, where it is not a road itself."""
    return f"{spot.road}{named}" if spot.named_with_road else named


def description(problem: str, position: int, named: str, dice: random.Random, *, self_handled: bool) -> str:
    """What a report says of a problem at a place."""
    known = patterns()
    text = said(dice.choice(known[problem, str(position)]), dice, p=named)
    if self_handled and (problem, "s") in known:
        return f"{text}，{said(dice.choice(known[problem, 's']), dice)}。"
    return f"{text}。"


def done(problem: str, position: int, dice: random.Random) -> str:
    """What a unit answers when it has handled a problem filed under a condition."""
    known = patterns()
    return said(dice.choice(known.get((problem, f"d{position}")) or known[problem, "d"]), dice) + "。"
