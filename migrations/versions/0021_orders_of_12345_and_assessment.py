"""Orders of 12345 with their steps and terms; what problems from above cost, and what was reported beforehand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _hotline()
    _assessment()


def _hotline() -> None:
    unit = sa.Enum(
        "urgent_hour", "working_hour", "working_day", "calendar_day", name="limitunit", native_enum=False, length=40
    )
    op.create_table(
        "hotline_order",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("caller", sa.String(length=80), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", _ID, nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revisited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.Column("runs_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_hotline_order_root_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_hotline_order_case_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["app_user.id"], name=op.f("fk_hotline_order_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotline_order")),
        sa.UniqueConstraint("case_id", name=op.f("uq_hotline_order_case_id")),
    )
    with op.batch_alter_table("hotline_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hotline_order_root_id_number"), ["root_id", "number"], unique=True)
        for name in ("contact_due_at", "runs_out_at", "received_at"):
            more = [] if name == "contact_due_at" else ["id"]
            named = "_".join(["ix_hotline_order_root_id", name, *more])
            batch_op.create_index(batch_op.f(named), ["root_id", name, *more], unique=False)
    op.create_table(
        "hotline_step",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("order_id", _ID, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("contact", "answer", "revisit", name="stepkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("supersedes_id", _ID, nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["hotline_order.id"], name=op.f("fk_hotline_step_order_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["hotline_step.id"], name=op.f("fk_hotline_step_supersedes_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["app_user.id"], name=op.f("fk_hotline_step_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotline_step")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_hotline_step_supersedes_id")),
    )
    with op.batch_alter_table("hotline_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hotline_step_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hotline_step_kind_at"), ["kind", "at"], unique=False)
    op.create_table(
        "hotline_terms",
        sa.Column("root_id", _ID, autoincrement=False, nullable=False),
        sa.Column("contact_limit", sa.BigInteger(), nullable=False),
        sa.Column("contact_unit", unit, nullable=False),
        sa.Column("answer_limit", sa.BigInteger(), nullable=False),
        sa.Column("answer_unit", unit, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_hotline_terms_root_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["app_user.id"], name=op.f("fk_hotline_terms_changed_by")),
        sa.PrimaryKeyConstraint("root_id", name=op.f("pk_hotline_terms")),
    )
    # Cases of the hotline that came before are given their orders by a worker.
    op.execute(
        "INSERT INTO owed (kind, key, since, tries) SELECT 'hotline_order', CAST(id AS VARCHAR), recorded_at, 0"
        " FROM \"case\" WHERE source = 'hotline_12345' AND source_number <> ''"
    )


def _assessment() -> None:
    assessor = sa.Enum("city", "district", "third_party", name="assessor", native_enum=False, length=40)
    op.create_table(
        "assessment_rule",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("assessor", assessor, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("list_code", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("event", "component", "finding", name="kind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=30), nullable=False),
        *(
            sa.Column(f"{name}_points", sa.BigInteger(), nullable=False)
            for name in ("found", "overdue", "rework", "return")
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_assessment_rule_root_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["app_user.id"], name=op.f("fk_assessment_rule_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_rule")),
    )
    op.create_table(
        "assessment_problem",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("assessor", assessor, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_assessment_problem_case_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_assessment_problem_root_id")),
        sa.ForeignKeyConstraint(["set_by"], ["app_user.id"], name=op.f("fk_assessment_problem_set_by")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_assessment_problem")),
    )
    op.create_table(
        "early_report",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("assessor", assessor, nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("supersedes_id", _ID, nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_early_report_root_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_early_report_case_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["early_report.id"], name=op.f("fk_early_report_supersedes_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["app_user.id"], name=op.f("fk_early_report_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_report")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_early_report_supersedes_id")),
    )
    op.create_table(
        "early_judgement",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("early_report_id", _ID, nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_early_judgement_case_id")),
        sa.ForeignKeyConstraint(
            ["early_report_id"], ["early_report.id"], name=op.f("fk_early_judgement_early_report_id")
        ),
        sa.ForeignKeyConstraint(["judged_by"], ["app_user.id"], name=op.f("fk_early_judgement_judged_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_judgement")),
    )
    for table, columns in (
        ("assessment_rule", ["root_id"]),
        ("early_report", ["case_id"]),
        ("early_report", ["root_id", "at"]),
        ("early_judgement", ["case_id"]),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_{'_'.join(columns)}"), columns, unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM owed WHERE kind = 'hotline_order'")
    for name in ("early_judgement", "early_report", "assessment_problem", "assessment_rule"):
        op.drop_table(name)
    for name in ("hotline_terms", "hotline_step", "hotline_order"):
        op.drop_table(name)
