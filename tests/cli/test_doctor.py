"""`gridops doctor` says whether anybody touched the audit trail."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import db
from tests.command import command_in


def test_doctor_says_whether_the_audit_chain_holds(tmp_path: Path) -> None:
    gridops = command_in(tmp_path)
    gridops("init")
    engine = db.open_engine(f"sqlite:///{tmp_path / 'gridops.db'}")
    with Session(engine) as session:
        audit.record(session, "probe", "thing", 1)
        audit.record(session, "probe", "thing", 2)
        audit.seal(session)
        session.commit()
    assert "[ok] audit chain: sound, 2 entries sealed, 0 not yet" in gridops("doctor", fine=False).out
    with Session(engine) as session:
        session.execute(text("UPDATE audit_entry SET act = 'other' WHERE subject_id = '1'"))
        session.commit()
    engine.dispose()
    assert "[!!] audit chain: broken at seal 1: the entry is not what was sealed" in gridops("doctor", fine=False).out
