"""Chinese words are found by how they are spelt, also where nobody can spell them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gridops.core import pinyin


def test_words_are_spelt_in_syllables_without_marks() -> None:
    spelt = pinyin.syllables(["暴露垃圾", "占道（含占绿）", "12345热线", "行道树"])
    assert spelt["暴露垃圾"] == ("bao", "lu", "la", "ji")
    assert pinyin.initials(spelt["暴露垃圾"]) == "bllj"
    assert pinyin.initials(spelt["占道（含占绿）"]) == "zdhzl"
    assert spelt["行道树"][0] == "xing", "by the phrase, not letter by letter"
    assert spelt["12345热线"][-2:] == ("re", "xian")


def test_what_was_spelt_once_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pinyin.syllables(["乱堆物料"])
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert pinyin.syllables(["乱堆物料"]) == {"乱堆物料": ("luan", "dui", "wu", "liao")}


def test_without_a_child_a_word_has_no_spelling_and_is_asked_again_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", str(tmp_path / "no python"))
        assert pinyin.syllables(["擅自开挖"]) == {"擅自开挖": ()}
    assert pinyin.syllables(["擅自开挖"]) == {"擅自开挖": ("shan", "zi", "kai", "wa")}
