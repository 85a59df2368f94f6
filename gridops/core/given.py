"""Pairs of whole numbers handed to a statement as a table: a join with it asks an index for many values at once.

One statement whatever their number, built once: a list of values in it would be compiled and planned anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, bindparam, cast, func
from sqlalchemy.orm import Session


def given_table(dialect: str) -> tuple[Any, Any, Any]:
    """A table with a row for each pair of `given_values`, and its two columns: whose it is, and the value."""
    if dialect == "postgresql":
        arrays = (bindparam(f"given_{part}", type_=ARRAY(BigInteger)) for part in range(2))
        table = func.unnest(*arrays).table_valued("owner", "value", name="given").render_derived()
        return table, table.c.owner, table.c.value
    listed = func.json_each(bindparam("given")).table_valued("value", name="given")
    owner, value = (cast(func.json_extract(listed.c.value, f"$[{part}]"), Integer) for part in range(2))
    return listed, owner, value


def given_values(session: Session, pairs: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """What a statement over `given_table` is asked with: pairs of whose a value is, and the value."""
    if session.get_bind().dialect.name == "postgresql":
        return {f"given_{part}": [pair[part] for pair in pairs] for part in range(2)}
    return {"given": json.dumps(pairs)}
