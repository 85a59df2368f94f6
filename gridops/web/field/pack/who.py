"""Whose work is in the street, and where: the roles that open the field app, the grids in which somebody works."""

from __future__ import annotations

from gridops.cases.rules.moves import MOVES, Move
from gridops.grids.rules.tree import Node, Tree
from gridops.operations.rules import GOERS
from gridops.people.rules import Person, Role
from gridops.supervision.rules import ANSWERERS, CHECKERS, KEEPERS

WORKERS = (Role.INSPECTOR, Role.OFFICER, Role.HANDLER)
REPORTERS = tuple(sorted(MOVES[Move.REPORT].roles))
READERS = tuple(dict.fromkeys((*WORKERS, *REPORTERS)))
# Who puts a thing right on the spot.
ON_THE_SPOT = frozenset(MOVES[Move.SELF_HANDLE].roles)
# Everybody with something to do in the field app.
FIELD = tuple(dict.fromkeys((*READERS, *GOERS, *ANSWERERS, *CHECKERS, *KEEPERS)))


def areas(tree: Tree, person: Person) -> list[Node]:
    """The parts of the territory for which a person holds a role of the street, the largest first."""
    held = {holding.grid_id for holding in person.holdings if holding.role in FIELD}
    return sorted((tree.nodes[one] for one in held if one in tree), key=lambda node: (node.depth, node.code))


def grids(tree: Tree, person: Person) -> frozenset[int]:
    """Every grid in which a person works, whole areas and what lies below them."""
    return frozenset().union(*(tree.descendants(node.grid_id) for node in areas(tree, person)))


def lowest(tree: Tree, person: Person) -> list[Node]:
    """Of these the ones without a grid below them, by code."""
    return sorted((tree.nodes[one] for one in grids(tree, person) if not tree.children(one)), key=lambda n: n.code)
