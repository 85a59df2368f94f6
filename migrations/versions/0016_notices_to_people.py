"""Notices to people: what each was told, how each wants it, and the mails; an address for them with the account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notice_choice",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("bell", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_notice_choice_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choice")),
    )
    with op.batch_alter_table("notice_choice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_choice_user_id_occasion"), ["user_id", "occasion"], unique=True)
    op.create_table(
        "notice_hours",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("workdays_only", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_notice_hours_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_hours")),
        sa.UniqueConstraint("user_id", name=op.f("uq_notice_hours_user_id")),
    )
    op.create_table(
        "notice_mail",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_notice_mail_root_id_grid")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_notice_mail_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_mail_key")),
    )
    with op.batch_alter_table("notice_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_mail_outcome_next_at"), ["outcome", "next_at"], unique=False)
    op.create_table(
        "personal_notice",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("grid_id", _ID, nullable=False),
        sa.Column("unit_id", _ID, nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bell", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail", sa.String(length=40), nullable=False),
        sa.Column("mail_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_personal_notice_grid_id_grid")),
        sa.ForeignKeyConstraint(["mail_id"], ["notice_mail.id"], name=op.f("fk_personal_notice_mail_id_notice_mail")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_personal_notice_root_id_grid")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_personal_notice_unit_id_unit")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_personal_notice_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_notice")),
    )
    with op.batch_alter_table("personal_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_personal_notice_key_user_id"), ["key", "user_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_personal_notice_mail_id"), ["mail_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_personal_notice_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_personal_notice_root_id_id"), ["root_id", "id"], unique=False)
        batch_op.create_index(
            "ix_personal_notice_to_mail",
            ["user_id"],
            unique=False,
            sqlite_where=sa.text("mail_id IS NULL AND mail <> 'none'"),
            postgresql_where=sa.text("mail_id IS NULL AND mail <> 'none'"),
        )
        batch_op.create_index(
            "ix_personal_notice_unread",
            ["user_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_personal_notice_user_id_id"), ["user_id", "id"], unique=False)
    with op.batch_alter_table("app_user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("app_user", schema=None) as batch_op:
        batch_op.drop_column("email")
    op.drop_table("personal_notice")
    op.drop_table("notice_mail")
    op.drop_table("notice_hours")
    op.drop_table("notice_choice")
