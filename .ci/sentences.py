"""Renew gridops/web/translations/en/LC_MESSAGES/messages.po: every Chinese sentence a page can show is a key of it.

`.venv/bin/python .ci/sentences.py` keeps what is translated, adds what is new with an empty translation, drops what is
no longer said, and prints what still wants English. Run it after changing a template or a word.
"""

from __future__ import annotations

import ast
import io
import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from gridops.web.field.scripts import sentences_below

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "gridops" / "web"
ENGLISH = WEB / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
CHINESE = re.compile(r"[\u3400-\u9fff]")
ERRORS = frozenset({"Invalid", "FieldError", "NotFound", "NotAllowed", "Conflict", "Closed"})
# Rooms whose errors reach pages; those of the others are for programs and papers.
ROOMS = ("api", "assessment", "bulletins", "cases", "catalogue", "core", "evidence", "figures", "grids", "hotline",
         "inspections", "intake", "notices", "operations", "penalties", "people", "premises", "squads", "supervision",
         "worktime")  # fmt: skip
# Tables and functions of rules whose words pages show through `_()`.
SHOWN: dict[str, tuple[str, ...]] = {
    "api/problems.py": ("answer",),
    "api/records.py": ("put_record",),
    "premises/rules.py": ("KIND_NAMES", "RISK_NAMES"),
    "bulletins/rules/life.py": ("STATUS_ZH", "STEP_ZH", "WAITING_ZH", "refusal"),
    "bulletins/rules/series.py": ("SERIES",),
    "bulletins/rules/sheets.py": ("ANSWER_ZH", "STATE_ZH", "answer_fault", "settle_fault"),
    "bulletins/composing.py": ("FIGURE_NAMES",),
    "bulletins/service.py": ("recompose", "take_composed"),
    "cases/rules/names.py": (
        "STATE_NAMES", "MOVE_NAMES", "SOURCE_NAMES", "SUSPENSION_NAMES", "CLOCK_NAMES", "FIELD_NAMES",
        "MOVE_FIELD_NAMES", "WRITTEN_NAMES", "TIE_NAMES", "BAR_NAMES",
    ),
    "cases/rules/dispatching.py": ("NO_RULE",),
    "cases/service/dispatch_rules.py": ("_CHANGED",),
    "cases/forms.py": ("parse_rule", "_minute", "_parts"),
    "cases/rules/faking.py": ("SUSPICION_NAMES", "VERDICT_NAMES"),
    "cases/rules/recurring.py": ("refusal",),
    "cases/rules/queue.py": ("GROUP_NAMES", "SORT_NAMES", "WAITING_SORT_NAMES"),
    "cases/rules/standing.py": ("*",),
    "cases/service/situation.py": ("picked",),
    "cases/rules/checking.py": ("barred",),
    "catalogue/rules/areas.py": ("AREA_NAMES",),
    "catalogue/rules/steps.py": ("STEP_NAMES",),
    "catalogue/rules/needs.py": ("PHOTO_NAMES", "STAGE_NAMES", "CHECK_RULE_NAMES"),
    "catalogue/service/editing.py": ("_row",),
    "figures/counts.py": ("COUNTS", "RATES"),
    "figures/enforcement.py": ("TELLING",),
    "figures/hotline.py": ("FIGURES", "RATES"),
    "figures/judged.py": ("FIGURES",),
    "figures/money.py": ("TELLING",),
    "assessment/rules.py": ("LOSS_NAMES", "STANDING_NAMES", "early_fault"),
    "hotline/rules.py": ("STEP_NAMES", "WAITING_NAMES", "NUMBER_NAMES", "RATE_NAMES", "step_fault"),
    "hotline/service.py": ("CHANGED_MEANWHILE",),
    "figures/rules/ranks.py": ("TOO_FEW",),
    "figures/rules/tables.py": ("KINDS", "tables"),
    "figures/service/counting.py": ("GRID_FIGURES",),
    "inspections/forms/desk.py": ("plan_form",),
    "inspections/rules/life.py": ("ROUND_STATE_NAMES",),
    "inspections/rules/who.py": ("*",),
    "inspections/rules/words.py": ("*",),
    "intake/queries/ledger.py": ("to_judge",),
    "intake/service/applying.py": ("*",),
    "intake/words.py": ("*",),
    "core/fields.py": ("correction",),
    "core/posting.py": ("parse_address",),
    "notices/rules/__init__.py": ("KIND_NAMES", "OCCASION_NAMES", "OUTCOME_NAMES"),
    "notices/forms.py": ("parse_choices",),
    "notices/rules/personal.py": ("CHANNEL_NAMES", "MAIL_NAMES"),
    "operations/forms/desk.py": ("campaign_form",),
    "operations/forms/operations.py": ("line",),
    "operations/rules/incidents.py": ("open_points",),
    "operations/rules/musts.py": ("MUSTS", "TERMS", "prolonging_fault"),
    "operations/rules/names.py": ("*",),
    "operations/rules/tallies.py": ("MEASURES",),
    "squads/queries.py": ("resolved",),
    "operations/service/outings.py": ("end_outing", "cancel_outing", "_check_planner"),
    "penalties/forms/desk.py": ("*",),
    "penalties/rules/acts.py": ("ACT_NAMES", "STAGE_NAMES"),
    "penalties/rules/guards.py": ("*",),
    "penalties/rules/kinds.py": ("KIND_NAMES", "PARTY_NAMES"),
    "penalties/rules/law.py": ("DAY_NAMES", "LIMITS"),
    "penalties/rules/points.py": ("*",),
    "penalties/service/after.py": ("*",),
    "penalties/service/base.py": ("*",),
    "penalties/service/deciding.py": ("*",),
    "people/forms/pages.py": ("*",),
    "people/rules/sign_in.py": ("refused_password",),
    "people/rules/units.py": ("LEVEL_NAMES", "refused_level"),
    "people/rules/viewing.py": ("ENDED_NAMES",),
    "people/rules/words.py": ("ROLE_NAMES", "UNIT_KIND_NAMES", "WORK_LINE_NAMES"),
    "squads/rules.py": ("AGENCY_NAMES", "SIGNED_NAMES",),
    "supervision/forms/desk.py": ("_period", "_mark"),
    "supervision/rules/appeals.py": ("appeal_fault", "judge_fault"),
    "supervision/rules/checks.py": ("naming_fault",),
    "supervision/rules/matters.py": ("undoing_fault", "signing_fault",),
    "supervision/rules/problems.py": ("answer_fault", "judging_fault"),
    "supervision/rules/waiting.py": ("WHY_NAMES",),
    "supervision/rules/words.py": ("*",),
    "supervision/service/common.py": ("CHANGED_MEANWHILE", "NO_UNIT"),
    "web/field_names.py": ("NAMES",),
    "worktime/rules/hours.py": ("LIMIT_UNIT_NAMES",),
    "worktime/service.py": ("SHIPPED_SOURCE", "_HOLIDAYS", "_shipped", "override_day"),
}  # fmt: skip
HEADER = """\
# English of every sentence; keys are the Chinese ones. Renewed by .ci/sentences.py; words of the glossary.
msgid ""
msgstr ""
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def gather() -> Catalog:
    """Every sentence of templates, scripts of the field app, doors and rules."""
    found = Catalog(locale="en")
    with (WEB / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)
    for _name, _line, message, _comments, _context in extract_from_dir(WEB, methods, options, KEYWORDS):
        found.add(message)
    _add(found, sentences_below(ROOT / "static" / "field"))
    for path in sorted(WEB.rglob("*.py")):
        _add(found, _words(ast.parse(path.read_text(encoding="utf-8"))))
    for room in ROOMS:
        for path in sorted((ROOT / "gridops" / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            _add(found, _of_errors(tree))
            names = SHOWN.get(path.relative_to(ROOT / "gridops").as_posix(), ())
            for part in _named(tree, names, path):
                _add(found, _words(part))
                _add(found, _filled(part))
    return found


def read(path: Path = ENGLISH) -> Catalog:
    """The catalogue as it is kept; empty where there is none."""
    return read_po(io.BytesIO(path.read_bytes() if path.is_file() else b""), locale="en")


def renewed(found: Catalog, kept: Catalog) -> Catalog:
    """What is said now, with the translations kept; near misses are never guessed.

    Chinese has one form for one and for many. Where English has two, the sentence stands in the file as its own plural.
    """
    new = Catalog(locale="en")
    for message in found:
        if message.id:
            before = kept.get(message.id)
            new.add(before.id if before else message.id, before.string if before else "")
    return new


def written(catalogue: Catalog) -> bytes:
    """The file: sorted, without dates and places."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, omit_header=True, sort_output=True, no_location=True)
    return HEADER.encode() + out.getvalue()


def wanting(catalogue: Catalog) -> list[str]:
    """The sentences without English."""
    return [str(message.id) for message in catalogue if message.id and not all(strings(message.string))]


def strings(told: str | Iterable[str]) -> tuple[str, ...]:
    """A sentence, or its singular and plural."""
    return (told,) if isinstance(told, str) else tuple(told)


def _add(found: Catalog, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        found.add(sentence)


def _words(tree: ast.AST) -> Iterator[str]:
    """Chinese literals; neither docstrings nor what an f-string puts together."""
    left_out = {id(part) for node in ast.walk(tree) for part in _no_sentences(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out:
            if CHINESE.search(node.value):
                yield node.value


def _no_sentences(node: ast.AST) -> Iterable[ast.AST]:
    if isinstance(node, ast.Expr):
        return (node.value,)
    if isinstance(node, ast.JoinedStr):
        return node.values
    # Languages are named in themselves.
    named = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LANGUAGES"
    return ast.walk(node) if named else ()


def _filled(tree: ast.AST) -> Iterator[str]:
    """Chinese f-strings, what they fill in numbered as `web.language.Filled` looks for it: `最多%(1)s张`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            count, parts = itertools.count(1), []
            for part in node.values:
                literal = isinstance(part, ast.Constant)
                parts.append(str(part.value).replace("%", "%%") if literal else f"%({next(count)})s")
            if CHINESE.search("".join(parts)):
                yield "".join(parts)


def _of_errors(tree: ast.AST) -> Iterator[str]:
    """What the errors of the house say."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in ERRORS:
            yield from _words(node)
            yield from _filled(node)


def _named(tree: ast.Module, names: tuple[str, ...], path: Path) -> list[ast.AST]:
    """The tables and functions of a module by their names; `*`: all of it."""
    if names == ("*",):
        return [tree]
    parts: dict[str, ast.AST] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            parts[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            parts[ast.unparse(target)] = node.value
    if unknown := [name for name in names if name not in parts]:
        raise SystemExit(f"{path.relative_to(ROOT)} has no {', '.join(unknown)}; put SHOWN of .ci/sentences.py right")
    # A name that stayed while its words moved would lose their English.
    if silent := [name for name in names if not any((*_words(parts[name]), *_filled(parts[name])))]:
        raise SystemExit(f"{path.relative_to(ROOT)}: {', '.join(silent)} says nothing; put SHOWN right")
    return [parts[name] for name in names]


def main() -> int:
    """Renew the file; 1 where English is wanting."""
    new = renewed(gather(), read())
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    ENGLISH.write_bytes(written(new))
    for sentence in (left := wanting(new)):
        print(sentence)
    print(f"{len(new)} sentences, {len(left)} without English", file=sys.stderr)
    return 1 if left else 0


if __name__ == "__main__":
    raise SystemExit(main())
