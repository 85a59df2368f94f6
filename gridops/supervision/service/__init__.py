"""The verbs of the supervision office."""

from gridops.supervision.service.appeals import appeal, decide, may_decide_at
from gridops.supervision.service.checks import add_check, approve_naming, judge_check, read_person, void_check
from gridops.supervision.service.importing import import_scores, import_supervision
from gridops.supervision.service.matters import (
    add_line,
    may_light,
    may_tell,
    open_matter,
    sign_off,
    undo_sign_off,
    void_matter,
    withdraw_score,
)
from gridops.supervision.service.problems import (
    ItemIn,
    answer_problem,
    judge_answer,
    may_answer,
    name_from_issue,
    name_problem,
    void_problem,
)
from gridops.supervision.service.records import record_discipline_check, record_problem_answer

__all__ = [
    "ItemIn",
    "add_check",
    "add_line",
    "answer_problem",
    "appeal",
    "approve_naming",
    "decide",
    "import_scores",
    "import_supervision",
    "judge_answer",
    "judge_check",
    "may_answer",
    "may_decide_at",
    "may_light",
    "may_tell",
    "name_from_issue",
    "name_problem",
    "open_matter",
    "read_person",
    "record_discipline_check",
    "record_problem_answer",
    "sign_off",
    "undo_sign_off",
    "void_check",
    "void_matter",
    "void_problem",
    "withdraw_score",
]
