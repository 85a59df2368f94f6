"""The keys of the moves: each opens one form wherever it is offered, and none is a key of the list."""

from itertools import combinations

import pytest

from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.names import MOVE_LETTERS

OF_THE_LIST = set("jkoxXarnbu")


@pytest.mark.parametrize(
    ("one", "other"),
    [pair for pair in combinations(MOVE_LETTERS, 2) if MOVE_LETTERS[pair[0]] == MOVE_LETTERS[pair[1]]],
)
def test_two_moves_of_one_letter_are_never_offered_together(one: Move, other: Move) -> None:
    together = MOVES[one].from_states & MOVES[other].from_states
    # what resumes is offered only while a case is suspended, what suspends only while it is not
    apart = {one, other} == {Move.SUSPEND, Move.RESUME}
    assert apart or not together


def test_letters_are_single_and_leave_the_list_its_own() -> None:
    assert {len(letter) for letter in MOVE_LETTERS.values()} == {1}
    assert not OF_THE_LIST & set(MOVE_LETTERS.values())
