"""What may be handed in: records of phones, forms of the desk, lines of files (`supervision`, `scores`)."""

from gridops.supervision.forms.desk import (
    AppealForm,
    Judged,
    LineForm,
    MatterForm,
    ProblemForm,
    appeal_form,
    judged_form,
    line_form,
    matter_form,
    problem_form,
    version_of,
    words,
    written_mark,
)
from gridops.supervision.forms.records import (
    DisciplineCheckIn,
    ProblemAnswerIn,
    check_form,
    parse_discipline_check,
    parse_problem_answer,
)

__all__ = [
    "AppealForm",
    "DisciplineCheckIn",
    "Judged",
    "LineForm",
    "MatterForm",
    "ProblemAnswerIn",
    "ProblemForm",
    "appeal_form",
    "check_form",
    "judged_form",
    "line_form",
    "matter_form",
    "parse_discipline_check",
    "parse_problem_answer",
    "problem_form",
    "version_of",
    "words",
    "written_mark",
]
