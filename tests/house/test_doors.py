"""Doors are thin: they parse, open one transaction, call one service, answer. Rows are the rooms' business."""

import ast

import pytest

from tests.house.source import DOORS, HOUSE, named, python_files, tree

FORBIDDEN = ("select", "execute", "add", "commit")


def thick_calls(module: ast.Module) -> list[ast.Call]:
    """Calls like `select(…)`, `sa.select(…)`, `session.add(…)`.

    Sets are not told apart from sessions: a door that collects things does it with a comprehension.
    """

    def is_thick(function: ast.expr) -> bool:
        if isinstance(function, ast.Attribute):
            return function.attr in FORBIDDEN
        return isinstance(function, ast.Name) and function.id == "select"

    return [node for node in ast.walk(module) if isinstance(node, ast.Call) and is_thick(node.func)]


@pytest.mark.parametrize("door", DOORS)
def test_a_door_neither_asks_nor_writes_the_database(door: str) -> None:
    found = [
        f"{named(path, call)} {ast.unparse(call.func)}()"
        for path in python_files(HOUSE / door)
        for call in thick_calls(tree(path))
    ]
    assert not found, "belongs into a room's queries.py or service.py:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "line", ["rows = select(Case)", "sa.select(Case)", "session.execute(q)", "db.session.add(case)", "session.commit()"]
)
def test_a_thick_door_is_found(line: str) -> None:
    assert thick_calls(ast.parse(line))


def test_a_thin_door_is_let_be() -> None:
    assert not thick_calls(ast.parse("with transaction() as session:\n    case = service.file(session, form)"))
