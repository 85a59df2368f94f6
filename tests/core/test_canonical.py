"""Hostile JSON is refused by name, and the same content has the same digest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.core.canonical import MAX_DEPTH, canonical, canonical_flat, check_json, digest, parse_json
from gridops.core.errors import Invalid


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"\xff", "body"),
        (b"\xef\xbb\xbf{}", "body"),
        (b"NaN", "body"),
        (b'{"a": Infinity}', "body"),
        (b'{"a": 1, "a": 2}', "body"),
        (b'{"a": 1e999}', "body.a"),
        (b'{"a": [9007199254740992]}', "body.a[0]"),
        (b"9" * 6000, "body"),
        (b'{"a": "\\ud800"}', "body.a"),
        (b'{"\\ud800": 1}', "body"),
        (b'{"a": "x\\u0000"}', "body.a"),
        (b'{"x\\u0000": {"b": NaN}}', "body"),
        (b"[" * 100_000, "body"),
        (b"[" * 40 + b"]" * 40, "body" + "[0]" * (MAX_DEPTH + 1)),
    ],
)
def test_hostile_json_is_refused_naming_the_field(raw: bytes, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_json(raw)
    error = refused.value.errors[0]
    assert error.field == field
    (error.field + error.reason).encode("utf-8")


def test_what_is_too_large_is_not_even_parsed() -> None:
    with pytest.raises(Invalid, match="larger"):
        parse_json(b" " * 101, limit=100)


def test_a_refusal_of_a_deep_or_hostile_name_stays_printable() -> None:
    for value in ({"a" * 1000: {"\x00": 1}}, {"ok": {"\udfff": 1}}):
        with pytest.raises(Invalid) as refused:
            check_json(value)
        assert "\x00" not in str(refused.value)
        str(refused.value).encode("utf-8")


def test_names_in_a_refusal_are_capped() -> None:
    with pytest.raises(Invalid) as refused:
        check_json({"a" * 1000: {"b": [1, {"c": 2**60}]}})
    assert refused.value.errors[0].field == f"body.{'a' * 60}.b[1].c"
    with pytest.raises(Invalid) as refused:
        check_json({"a" * 90: {"b" * 90: {"c" * 90: {"d" * 90: 2**60}}}})
    assert len(refused.value.errors[0].field) == 200


def test_a_large_body_of_long_names_over_many_values_is_read_and_its_last_fault_named() -> None:
    names = [name * 30_000 for name in "abcdefghij"]
    many = b"[" + b"0," * 340_000
    for last, fault in ((b"1]", None), (b"1e999]", f"body.{'.'.join(name[:60] for name in names)}"[:200])):
        raw = many + last
        for name in reversed(names):
            raw = b'{"' + name.encode() + b'":' + raw + b"}"
        assert 980_000 < len(raw) < 1_000_000
        if fault is None:
            parse_json(raw)
            continue
        with pytest.raises(Invalid) as refused:
            parse_json(raw)
        assert refused.value.errors[0].field == fault


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, 1.0, 1.5]}, '{"a":[true,null,1,1.5],"b":1}'),
        ({"中": "文“"}, '{"中":"文“"}'),
        (-0.0, "0"),
        (1e21, "1e+21"),
        # Names are ordered by UTF-16 units: the emoji's surrogates come before U+FB33.
        ({"\ufb33": 1, "😀": 2}, '{"😀":2,"\ufb33":1}'),
    ],
)
def test_the_canonical_form(value: Any, text: str) -> None:
    assert canonical(value) == text.encode()


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2.0**53) + 1, 2.0**53 - 1)  # a larger one is spelt like an integer no reader may take
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc中é", max_size=4), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(values)
def test_order_and_spacing_do_not_change_the_digest(value: Any) -> None:
    def turned(item: Any) -> Any:
        if isinstance(item, dict):
            return {name: turned(item[name]) for name in reversed(item)}
        return [turned(part) for part in item] if isinstance(item, list) else item

    again = parse_json(json.dumps(turned(value), indent=2, ensure_ascii=False).encode())
    assert digest(again) == digest(value)
    assert canonical(json.loads(canonical(value))) == canonical(value)


flat = st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.text())


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.one_of(flat, st.lists(flat, max_size=3))))
def test_a_flat_object_has_the_same_canonical_form_by_the_quick_way(told: dict[str, Any]) -> None:
    names = sorted(told)
    assert canonical_flat(names, [told[name] for name in names]).encode() == canonical(told)
