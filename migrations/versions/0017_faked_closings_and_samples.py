"""Prints of pictures, photos that look wrong, who may close, samples of closed cases; cases of findings by index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_GIVEN = sa.text("case_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "evidence_print",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("band_1", sa.BigInteger(), nullable=False),
        sa.Column("band_2", sa.BigInteger(), nullable=False),
        sa.Column("band_3", sa.BigInteger(), nullable=False),
        sa.Column("band_4", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"], name=op.f("fk_evidence_print_sha256")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_evidence_print")),
    )
    with op.batch_alter_table("evidence_print", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_print_band_1"), ["band_1"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_print_band_2"), ["band_2"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_print_band_3"), ["band_3"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_print_band_4"), ["band_4"], unique=False)
    op.create_table(
        "closing_rule",
        sa.Column("root_id", _ID, autoincrement=False, nullable=False),
        sa.Column("leader", sa.Boolean(), nullable=False),
        sa.Column("originator", sa.Boolean(), nullable=False),
        sa.Column("community", sa.Boolean(), nullable=False),
        sa.Column("recheck_percent", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["app_user.id"], name=op.f("fk_closing_rule_changed_by")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_closing_rule_root_id")),
        sa.PrimaryKeyConstraint("root_id", name=op.f("pk_closing_rule")),
    )
    op.create_table(
        "spot_check",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("grid_id", _ID, nullable=False),
        sa.Column("unit_id", _ID, nullable=True),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("population", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(["drawn_by"], ["app_user.id"], name=op.f("fk_spot_check_drawn_by")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_spot_check_grid_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_spot_check_root_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_spot_check_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_check")),
    )
    with op.batch_alter_table("spot_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spot_check_root_id"), ["root_id"], unique=False)
    op.create_table(
        "case_flag",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("link_id", _ID, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("same", "near", "older", "away", name="suspicion", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("other_case_id", _ID, nullable=True),
        sa.Column("other_link_id", _ID, nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Enum("faked", "genuine", name="verdict", native_enum=False, length=40), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_by", _ID, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_flag_case_id")),
        sa.ForeignKeyConstraint(["judged_by"], ["app_user.id"], name=op.f("fk_case_flag_judged_by")),
        sa.ForeignKeyConstraint(["link_id"], ["evidence_link.id"], name=op.f("fk_case_flag_link_id")),
        sa.ForeignKeyConstraint(["other_case_id"], ["case.id"], name=op.f("fk_case_flag_other_case_id")),
        sa.ForeignKeyConstraint(["other_link_id"], ["evidence_link.id"], name=op.f("fk_case_flag_other_link_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_case_flag_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_flag")),
    )
    with op.batch_alter_table("case_flag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_flag_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_flag_link_id_kind"), ["link_id", "kind"], unique=True)
        batch_op.create_index(
            batch_op.f("ix_case_flag_root_id_verdict_judged_at"), ["root_id", "verdict", "judged_at"], unique=False
        )
    op.create_table(
        "spot_check_case",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("spot_check_id", _ID, nullable=True),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_by", _ID, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_spot_check_case_case_id")),
        sa.ForeignKeyConstraint(["judged_by"], ["app_user.id"], name=op.f("fk_spot_check_case_judged_by")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_spot_check_case_root_id")),
        sa.ForeignKeyConstraint(["spot_check_id"], ["spot_check.id"], name=op.f("fk_spot_check_case_spot_check_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_check_case")),
    )
    with op.batch_alter_table("spot_check_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spot_check_case_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_spot_check_case_root_id_spot_check_id_id"), ["root_id", "spot_check_id", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_spot_check_case_spot_check_id_case_id"), ["spot_check_id", "case_id"], unique=True
        )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(
            "ix_finding_case_id", ["case_id"], unique=False, sqlite_where=_GIVEN, postgresql_where=_GIVEN
        )
    # What came before prints were made is printed from its thumbnails, when a worker has the time.
    op.execute(
        "INSERT INTO owed (kind, key, since, tries)"
        " SELECT 'print', sha256, received_at, 0 FROM content WHERE derived = 'made'"
    )


def downgrade() -> None:
    op.execute("DELETE FROM owed WHERE kind IN ('print', 'case_photos')")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index("ix_finding_case_id", sqlite_where=_GIVEN, postgresql_where=_GIVEN)
    with op.batch_alter_table("spot_check_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spot_check_case_spot_check_id_case_id"))
        batch_op.drop_index(batch_op.f("ix_spot_check_case_root_id_spot_check_id_id"))
        batch_op.drop_index(batch_op.f("ix_spot_check_case_case_id"))
    op.drop_table("spot_check_case")
    with op.batch_alter_table("case_flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_flag_root_id_verdict_judged_at"))
        batch_op.drop_index(batch_op.f("ix_case_flag_link_id_kind"))
        batch_op.drop_index(batch_op.f("ix_case_flag_case_id"))
    op.drop_table("case_flag")
    with op.batch_alter_table("spot_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spot_check_root_id"))
    op.drop_table("spot_check")
    op.drop_table("closing_rule")
    with op.batch_alter_table("evidence_print", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_print_band_4"))
        batch_op.drop_index(batch_op.f("ix_evidence_print_band_3"))
        batch_op.drop_index(batch_op.f("ix_evidence_print_band_2"))
        batch_op.drop_index(batch_op.f("ix_evidence_print_band_1"))
    op.drop_table("evidence_print")
