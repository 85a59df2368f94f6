"""What enforcement and supervision need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checklist",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("premises_kind", sa.String(length=20), nullable=True),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist")),
    )
    with op.batch_alter_table("checklist", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_checklist_root_id_code_edition"), ["root_id", "code", "edition"], unique=True
        )

    op.create_table(
        "legal_basis",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("law", sa.String(length=200), nullable=False),
        sa.Column("article", sa.String(length=80), nullable=False),
        sa.Column("matter", sa.String(length=300), nullable=False),
        sa.Column("max_fine_person", sa.BigInteger(), nullable=True),
        sa.Column("max_fine_organisation", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("listed_from", sa.Date(), nullable=True),
        sa.Column("listed_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_basis")),
    )
    with op.batch_alter_table("legal_basis", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_legal_basis_root_id_code_valid_from"), ["root_id", "code", "valid_from"], unique=False
        )

    op.create_table(
        "premises",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("risk", sa.String(length=40), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("grid_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("responsible", sa.String(length=120), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_system", sa.String(length=40), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("import_digest", sa.String(length=64), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_premises_grid_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["premises.id"], name=op.f("fk_premises_merged_into_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_premises_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premises")),
    )
    with op.batch_alter_table("premises", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_premises_grid_id"), ["grid_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_premises_root_id_name_key"), ["root_id", "name_key"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_premises_root_id_source_system_external_id"),
            ["root_id", "source_system", "external_id"],
            unique=True,
        )
        batch_op.create_index(
            "uq_premises_credit_code",
            ["root_id", "credit_code"],
            unique=True,
            sqlite_where=sa.text("credit_code IS NOT NULL AND merged_into_id IS NULL"),
            postgresql_where=sa.text("credit_code IS NOT NULL AND merged_into_id IS NULL"),
        )
        batch_op.create_index(
            "uq_premises_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )

    op.create_table(
        "score",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("assessor", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=120), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("full", sa.BigInteger(), nullable=True),
        sa.Column("rank", sa.BigInteger(), nullable=True),
        sa.Column("of", sa.BigInteger(), nullable=True),
        sa.Column("import_digest", sa.String(length=64), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_score_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
    )
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_score_root_id_month_assessor_item"), ["root_id", "month", "assessor", "item"], unique=True
        )

    op.create_table(
        "squad",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_squad_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_squad")),
        sa.UniqueConstraint("code", name=op.f("uq_squad_code")),
    )
    op.create_table(
        "checklist_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("checklist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_checklist_item_category_id")),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklist.id"], name=op.f("fk_checklist_item_checklist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_item")),
    )
    with op.batch_alter_table("checklist_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_checklist_item_checklist_id_position"), ["checklist_id", "position"], unique=True
        )

    op.create_table(
        "discipline_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("naming_approved_by", sa.BigInteger(), nullable=True),
        sa.Column("naming_approval", sa.String(length=120), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("source_system", sa.String(length=40), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("import_digest", sa.String(length=64), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_discipline_check_root_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_discipline_check_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discipline_check")),
    )
    with op.batch_alter_table("discipline_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discipline_check_root_id_at"), ["root_id", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_discipline_check_root_id_source_system_external_id"),
            ["root_id", "source_system", "external_id"],
            unique=True,
        )
        batch_op.create_index(
            "uq_discipline_check_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )

    op.create_table(
        "kept_fact",
        sa.Column("set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("fact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["set_id"], ["frozen_set.id"], name=op.f("fk_kept_fact_set_id")),
        sa.PrimaryKeyConstraint("set_id", "kind", "fact_id", name=op.f("pk_kept_fact")),
    )
    op.create_table(
        "matter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("lead_unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("helper_unit_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("source_system", sa.String(length=40), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("import_digest", sa.String(length=64), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["unit.id"], name=op.f("fk_matter_lead_unit_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_matter_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
    )
    with op.batch_alter_table("matter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_lead_unit_id"), ["lead_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_matter_root_id_number"), ["root_id", "number"], unique=True)
        batch_op.create_index(
            batch_op.f("ix_matter_root_id_source_system_external_id"),
            ["root_id", "source_system", "external_id"],
            unique=True,
        )
        batch_op.create_index(
            "uq_matter_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )

    op.create_table(
        "problem",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grid_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answer_record_id", sa.String(length=36), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.BigInteger(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refuse_reason", sa.Text(), nullable=True),
        sa.Column("streak", sa.BigInteger(), nullable=False),
        sa.Column("follows_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("source_system", sa.String(length=40), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("import_digest", sa.String(length=64), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["follows_id"], ["problem.id"], name=op.f("fk_problem_follows_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_problem_grid_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_problem_root_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_problem_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
    )
    with op.batch_alter_table("problem", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_problem_root_id_number"), ["root_id", "number"], unique=True)
        batch_op.create_index(
            batch_op.f("ix_problem_root_id_series_period"), ["root_id", "series", "period"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_problem_root_id_source_system_external_id"),
            ["root_id", "source_system", "external_id"],
            unique=True,
        )
        batch_op.create_index(batch_op.f("ix_problem_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_problem_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )

    op.create_table(
        "fact_sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("bulletin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_fact_sheet_bulletin_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_fact_sheet_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_sheet")),
    )
    with op.batch_alter_table("fact_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_sheet_bulletin_id_unit_id"), ["bulletin_id", "unit_id"], unique=True)

    op.create_table(
        "matter_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("matter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("light", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_matter_line_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_line")),
    )
    with op.batch_alter_table("matter_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_line_matter_id"), ["matter_id"], unique=False)

    op.create_table(
        "night_round",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("squad_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("groups", sa.BigInteger(), nullable=False),
        sa.Column("inspection", sa.Boolean(), nullable=False),
        sa.Column("approval", sa.String(length=200), nullable=True),
        sa.Column("leader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("planned_for", sa.DateTime(timezone=True), nullable=True),
        sa.Column("plan", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("source_system", sa.String(length=40), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("import_digest", sa.String(length=64), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["leader_id"], ["app_user.id"], name=op.f("fk_night_round_leader_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_night_round_root_id")),
        sa.ForeignKeyConstraint(["squad_id"], ["squad.id"], name=op.f("fk_night_round_squad_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_round")),
    )
    with op.batch_alter_table("night_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_night_round_root_id_number"), ["root_id", "number"], unique=True)
        batch_op.create_index(
            batch_op.f("ix_night_round_root_id_source_system_external_id"),
            ["root_id", "source_system", "external_id"],
            unique=True,
        )
        batch_op.create_index(batch_op.f("ix_night_round_root_id_started_at"), ["root_id", "started_at"], unique=False)
        batch_op.create_index(
            "uq_night_round_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )

    op.create_table(
        "outing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("squad_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grid_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("agencies", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("leader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("planned_for", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("source_system", sa.String(length=40), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("import_digest", sa.String(length=64), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_outing_campaign_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_outing_grid_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["app_user.id"], name=op.f("fk_outing_leader_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_outing_root_id")),
        sa.ForeignKeyConstraint(["squad_id"], ["squad.id"], name=op.f("fk_outing_squad_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outing")),
    )
    with op.batch_alter_table("outing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outing_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outing_root_id_number"), ["root_id", "number"], unique=True)
        batch_op.create_index(
            batch_op.f("ix_outing_root_id_source_system_external_id"),
            ["root_id", "source_system", "external_id"],
            unique=True,
        )
        batch_op.create_index(batch_op.f("ix_outing_root_id_started_at"), ["root_id", "started_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outing_squad_id"), ["squad_id"], unique=False)
        batch_op.create_index(
            "uq_outing_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )

    op.create_table(
        "problem_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("problem_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_problem_step_problem_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_step")),
    )
    with op.batch_alter_table("problem_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_problem_step_problem_id"), ["problem_id"], unique=False)
        batch_op.create_index(
            "uq_problem_step_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )

    op.create_table(
        "squad_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("squad_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_key", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("agency", sa.String(length=40), nullable=False),
        sa.Column("certificate_no", sa.String(length=60), nullable=True),
        sa.Column("certified", sa.Boolean(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=40), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["squad_id"], ["squad.id"], name=op.f("fk_squad_member_squad_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_squad_member_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_squad_member")),
    )
    with op.batch_alter_table("squad_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_squad_member_record_id"), ["record_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_squad_member_squad_id_person_key"), ["squad_id", "person_key"], unique=True
        )
        batch_op.create_index(batch_op.f("ix_squad_member_user_id"), ["user_id"], unique=False)

    op.create_table(
        "track",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("squad_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["squad_id"], ["squad.id"], name=op.f("fk_track_squad_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_track_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track")),
        sa.UniqueConstraint("record_id", name=op.f("uq_track_record_id")),
    )
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_squad_id"), ["squad_id"], unique=False)

    op.create_table(
        "appeal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("against", sa.String(length=40), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_by", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_appeal_case_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_appeal_root_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_appeal_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeal_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_appeal_case_id_against_marked_at"), ["case_id", "against", "marked_at"], unique=True
        )
        batch_op.create_index(batch_op.f("ix_appeal_root_id_decided_at"), ["root_id", "decided_at"], unique=False)

    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("agency", sa.String(length=40), nullable=False),
        sa.Column("to_agency", sa.String(length=120), nullable=True),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("approver", sa.String(length=80), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("officers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=True),
        sa.Column("premises_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decision_no", sa.String(length=80), nullable=True),
        sa.Column("letter_no", sa.String(length=80), nullable=True),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.String(length=200), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("prolonged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prolonged_approver", sa.String(length=80), nullable=True),
        sa.Column("prolonged_reason", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_note", sa.Text(), nullable=True),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("source_system", sa.String(length=40), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("import_digest", sa.String(length=64), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["outing_id"], ["outing.id"], name=op.f("fk_incident_outing_id")),
        sa.ForeignKeyConstraint(["premises_id"], ["premises.id"], name=op.f("fk_incident_premises_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["incident.id"], name=op.f("fk_incident_replaces_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_incident_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_outing_id"), ["outing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_premises_id"), ["premises_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_root_id_happened_at"), ["root_id", "happened_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_incident_root_id_source_system_external_id"),
            ["root_id", "source_system", "external_id"],
            unique=True,
        )
        batch_op.create_index(
            "uq_incident_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )

    op.create_table(
        "round_grid",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grid_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_round_grid_grid_id")),
        sa.ForeignKeyConstraint(["round_id"], ["night_round.id"], name=op.f("fk_round_grid_round_id")),
        sa.PrimaryKeyConstraint("round_id", "grid_id", name=op.f("pk_round_grid")),
    )
    op.create_table(
        "tally",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("outing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["outing_id"], ["outing.id"], name=op.f("fk_tally_outing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
        sa.UniqueConstraint("record_id", name=op.f("uq_tally_record_id")),
    )
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tally_outing_id"), ["outing_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("premises_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("recheck", sa.Boolean(), nullable=False),
        sa.Column("checklist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answers", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("signed", sa.String(length=40), nullable=False),
        sa.Column("witness", sa.String(length=120), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("source_system", sa.String(length=40), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("import_digest", sa.String(length=64), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklist.id"], name=op.f("fk_visit_checklist_id")),
        sa.ForeignKeyConstraint(["premises_id"], ["premises.id"], name=op.f("fk_visit_premises_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_visit_root_id")),
        sa.ForeignKeyConstraint(["round_id"], ["night_round.id"], name=op.f("fk_visit_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_premises_id"), ["premises_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_visit_root_id_source_system_external_id"),
            ["root_id", "source_system", "external_id"],
            unique=True,
        )
        batch_op.create_index(batch_op.f("ix_visit_root_id_visited_at"), ["root_id", "visited_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_round_id"), ["round_id"], unique=False)
        batch_op.create_index(
            "uq_visit_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )

    op.create_table(
        "correction_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_correction_order_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_order")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_correction_order_visit_id")),
    )
    with op.batch_alter_table("correction_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_order_due_at"), ["due_at"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrected_visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_finding_category_id")),
        sa.ForeignKeyConstraint(["corrected_visit_id"], ["visit.id"], name=op.f("fk_finding_corrected_visit_id")),
        sa.ForeignKeyConstraint(["item_id"], ["checklist_item.id"], name=op.f("fk_finding_item_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_finding_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_visit_id_seq"), ["visit_id", "seq"], unique=True)

    op.create_table(
        "handover",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_agency", sa.String(length=40), nullable=False),
        sa.Column("to_agency", sa.String(length=40), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("receiver", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_handover_incident_id")),
        sa.ForeignKeyConstraint(["outing_id"], ["outing.id"], name=op.f("fk_handover_outing_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_handover_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("record_id", name=op.f("uq_handover_record_id")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handover_outing_id"), ["outing_id"], unique=False)

    op.create_table(
        "penalty",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("premises_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("party_kind", sa.String(length=40), nullable=False),
        sa.Column("grid_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("basis_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("simple", sa.Boolean(), nullable=False),
        sa.Column("decision_no", sa.String(length=80), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("kinds", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("heaviest", sa.String(length=40), nullable=True),
        sa.Column("fine", sa.BigInteger(), nullable=False),
        sa.Column("confiscated", sa.BigInteger(), nullable=False),
        sa.Column("act_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grave", sa.Boolean(), nullable=False),
        sa.Column("told_rights_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hearing", sa.Boolean(), nullable=False),
        sa.Column("late_ground", sa.String(length=300), nullable=True),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_fine", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("remedy_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remedy_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deferred_to", sa.Date(), nullable=True),
        sa.Column("surcharge_stated", sa.Boolean(), nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_system", sa.String(length=40), nullable=True),
        sa.Column("external_id", sa.String(length=120), nullable=True),
        sa.Column("import_digest", sa.String(length=64), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["basis_id"], ["legal_basis.id"], name=op.f("fk_penalty_basis_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_penalty_grid_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_penalty_incident_id")),
        sa.ForeignKeyConstraint(["premises_id"], ["premises.id"], name=op.f("fk_penalty_premises_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["penalty.id"], name=op.f("fk_penalty_replaces_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_penalty_root_id")),
        sa.ForeignKeyConstraint(["round_id"], ["night_round.id"], name=op.f("fk_penalty_round_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_penalty_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty")),
    )
    with op.batch_alter_table("penalty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_penalty_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_penalty_premises_id"), ["premises_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_penalty_replaces_id"), ["replaces_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_penalty_root_id_decided_at"), ["root_id", "decided_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_penalty_root_id_opened_at"), ["root_id", "opened_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_penalty_root_id_source_system_external_id"),
            ["root_id", "source_system", "external_id"],
            unique=True,
        )
        batch_op.create_index(batch_op.f("ix_penalty_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_penalty_visit_id"), ["visit_id"], unique=False)
        batch_op.create_index(
            "uq_penalty_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )

    op.create_table(
        "penalty_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("penalty_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["penalty_id"], ["penalty.id"], name=op.f("fk_penalty_event_penalty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty_event")),
    )
    with op.batch_alter_table("penalty_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_penalty_event_penalty_id_seq"), ["penalty_id", "seq"], unique=True)

    op.create_table(
        "penalty_officer",
        sa.Column("penalty_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("certificate_no", sa.String(length=60), nullable=False),
        sa.Column("certificate_valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["penalty_id"], ["penalty.id"], name=op.f("fk_penalty_officer_penalty_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_penalty_officer_user_id")),
        sa.PrimaryKeyConstraint("penalty_id", "seq", name=op.f("pk_penalty_officer")),
    )
    op.create_table(
        "penalty_payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("penalty_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("receipt_no", sa.String(length=80), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["penalty_id"], ["penalty.id"], name=op.f("fk_penalty_payment_penalty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty_payment")),
    )
    with op.batch_alter_table("penalty_payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_penalty_payment_penalty_id"), ["penalty_id"], unique=False)

    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.add_column(sa.Column("aim", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("grid_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("categories", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("agencies", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
        batch_op.create_foreign_key(batch_op.f("fk_campaign_grid_id"), "grid", ["grid_id"], ["id"])

    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject_kind", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("subject_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_column("subject_id")
        batch_op.drop_column("subject_kind")

    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_campaign_grid_id"), type_="foreignkey")
        batch_op.drop_column("version")
        batch_op.drop_column("agencies")
        batch_op.drop_column("categories")
        batch_op.drop_column("grid_id")
        batch_op.drop_column("aim")

    with op.batch_alter_table("penalty_payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_penalty_payment_penalty_id"))

    op.drop_table("penalty_payment")
    op.drop_table("penalty_officer")
    with op.batch_alter_table("penalty_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_penalty_event_penalty_id_seq"))

    op.drop_table("penalty_event")
    with op.batch_alter_table("penalty", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_penalty_record_id",
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_penalty_visit_id"))
        batch_op.drop_index(batch_op.f("ix_penalty_round_id"))
        batch_op.drop_index(batch_op.f("ix_penalty_root_id_source_system_external_id"))
        batch_op.drop_index(batch_op.f("ix_penalty_root_id_opened_at"))
        batch_op.drop_index(batch_op.f("ix_penalty_root_id_decided_at"))
        batch_op.drop_index(batch_op.f("ix_penalty_replaces_id"))
        batch_op.drop_index(batch_op.f("ix_penalty_premises_id"))
        batch_op.drop_index(batch_op.f("ix_penalty_incident_id"))

    op.drop_table("penalty")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_outing_id"))
        batch_op.drop_index(batch_op.f("ix_handover_incident_id"))

    op.drop_table("handover")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_visit_id_seq"))

    op.drop_table("finding")
    with op.batch_alter_table("correction_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_order_due_at"))

    op.drop_table("correction_order")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_visit_record_id",
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_visit_round_id"))
        batch_op.drop_index(batch_op.f("ix_visit_root_id_visited_at"))
        batch_op.drop_index(batch_op.f("ix_visit_root_id_source_system_external_id"))
        batch_op.drop_index(batch_op.f("ix_visit_premises_id"))

    op.drop_table("visit")
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tally_outing_id"))

    op.drop_table("tally")
    op.drop_table("round_grid")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_incident_record_id",
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_incident_root_id_source_system_external_id"))
        batch_op.drop_index(batch_op.f("ix_incident_root_id_happened_at"))
        batch_op.drop_index(batch_op.f("ix_incident_premises_id"))
        batch_op.drop_index(batch_op.f("ix_incident_outing_id"))

    op.drop_table("incident")
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appeal_root_id_decided_at"))
        batch_op.drop_index(batch_op.f("ix_appeal_case_id_against_marked_at"))
        batch_op.drop_index(batch_op.f("ix_appeal_case_id"))

    op.drop_table("appeal")
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_track_squad_id"))

    op.drop_table("track")
    with op.batch_alter_table("squad_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_squad_member_user_id"))
        batch_op.drop_index(batch_op.f("ix_squad_member_squad_id_person_key"))
        batch_op.drop_index(batch_op.f("ix_squad_member_record_id"))

    op.drop_table("squad_member")
    with op.batch_alter_table("problem_step", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_problem_step_record_id",
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_problem_step_problem_id"))

    op.drop_table("problem_step")
    with op.batch_alter_table("outing", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_outing_record_id",
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_outing_squad_id"))
        batch_op.drop_index(batch_op.f("ix_outing_root_id_started_at"))
        batch_op.drop_index(batch_op.f("ix_outing_root_id_source_system_external_id"))
        batch_op.drop_index(batch_op.f("ix_outing_root_id_number"))
        batch_op.drop_index(batch_op.f("ix_outing_campaign_id"))

    op.drop_table("outing")
    with op.batch_alter_table("night_round", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_night_round_record_id",
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_night_round_root_id_started_at"))
        batch_op.drop_index(batch_op.f("ix_night_round_root_id_source_system_external_id"))
        batch_op.drop_index(batch_op.f("ix_night_round_root_id_number"))

    op.drop_table("night_round")
    with op.batch_alter_table("matter_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_matter_line_matter_id"))

    op.drop_table("matter_line")
    with op.batch_alter_table("fact_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_sheet_bulletin_id_unit_id"))

    op.drop_table("fact_sheet")
    with op.batch_alter_table("problem", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_problem_record_id",
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_problem_unit_id"))
        batch_op.drop_index(batch_op.f("ix_problem_root_id_source_system_external_id"))
        batch_op.drop_index(batch_op.f("ix_problem_root_id_series_period"))
        batch_op.drop_index(batch_op.f("ix_problem_root_id_number"))

    op.drop_table("problem")
    with op.batch_alter_table("matter", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_matter_record_id",
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_matter_root_id_source_system_external_id"))
        batch_op.drop_index(batch_op.f("ix_matter_root_id_number"))
        batch_op.drop_index(batch_op.f("ix_matter_lead_unit_id"))

    op.drop_table("matter")
    op.drop_table("kept_fact")
    with op.batch_alter_table("discipline_check", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_discipline_check_record_id",
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_discipline_check_root_id_source_system_external_id"))
        batch_op.drop_index(batch_op.f("ix_discipline_check_root_id_at"))

    op.drop_table("discipline_check")
    with op.batch_alter_table("checklist_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_item_checklist_id_position"))

    op.drop_table("checklist_item")
    op.drop_table("squad")
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_root_id_month_assessor_item"))

    op.drop_table("score")
    with op.batch_alter_table("premises", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_premises_record_id",
            sqlite_where=sa.text("record_id IS NOT NULL"),
            postgresql_where=sa.text("record_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_premises_credit_code",
            sqlite_where=sa.text("credit_code IS NOT NULL AND merged_into_id IS NULL"),
            postgresql_where=sa.text("credit_code IS NOT NULL AND merged_into_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_premises_root_id_source_system_external_id"))
        batch_op.drop_index(batch_op.f("ix_premises_root_id_name_key"))
        batch_op.drop_index(batch_op.f("ix_premises_grid_id"))

    op.drop_table("premises")
    with op.batch_alter_table("legal_basis", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_legal_basis_root_id_code_valid_from"))

    op.drop_table("legal_basis")
    with op.batch_alter_table("checklist", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_root_id_code_edition"))

    op.drop_table("checklist")
