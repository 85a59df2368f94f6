"""Notices by mail, to a real mail server: at once and together, one a day, once; on both databases."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from config import load
from gridops.cases.queries.noticing import in_sight_of
from gridops.cases.rules.moves import Move
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.mailing import parse_server
from gridops.notices.models import NoticeMail
from gridops.notices.rules import Occasion, Outcome
from gridops.notices.rules.personal import Choice, DigestHours, Mail, ToTell
from gridops.notices.service import mails
from gridops.notices.service import people as service
from gridops.people.models import RoleHolding
from gridops.people.queries import grid_id_of
from gridops.tasks import app as tasks
from gridops.tasks import jobs
from tests.factories import at
from tests.notices.smtp_server import PostOffice, post_office
from tests.web.street import Street, make_street

TO = "wang@example.cn"
# A Thursday; the day after the morrow is a Saturday.
NOON = at("2017-03-09 12:00")
EIGHT = DigestHours(8)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[PostOffice]:
    with post_office(tmp_path / "cert") as running:
        configure(tmp_path, f"smtp+plain://127.0.0.1:{running.port}")
        yield running


@pytest.fixture
def street(database: Engine, post: PostOffice) -> Street:
    return make_street(None)  # type: ignore[arg-type]  # no pages are opened


def configure(folder: Path, smtp: str) -> None:
    settings = {
        "GRIDOPS_DATA_DIR": str(folder),
        "GRIDOPS_REDIS_URL": "redis://127.0.0.1:1/0",
        "GRIDOPS_PUBLIC_URL": "https://grid.example.cn",
        "GRIDOPS_SMTP_URL": smtp,
        "GRIDOPS_SMTP_FROM": "gridops@grid.example.cn",
    }
    tasks.configure(load({name: text for name, text in settings.items() if text}))


def wants(street: Street, mail: Mail, hours: DigestHours = EIGHT, who: str = "handler") -> None:
    with transaction() as session:
        chosen = {
            occasion: Choice(True, mail) for occasion in (Occasion.DISPATCHED, Occasion.REMINDED, Occasion.DUE_SOON)
        }
        service.set_choices(session, street.person(who), chosen, hours, TO if who == "handler" else f"{who}@example.cn")


def told(street: Street, *moves: Move) -> str:
    """A case dispatched and moved on, and everybody told; its number."""
    case = street.dispatched()
    for move in moves:
        street.move(case, move, "desk")
    jobs.tell_people()
    return case.number


def later(**span: int) -> AbstractContextManager[None]:
    return clock.set_to(clock.now() + timedelta(**span))


def outcomes() -> list[tuple[Outcome, int, str | None]]:
    with reading() as session:
        rows = session.scalars(select(NoticeMail).order_by(NoticeMail.id))
        return [(one.outcome, one.tries, one.error) for one in rows]


def test_what_comes_within_a_few_minutes_goes_together_and_names_nobody(street: Street, post: PostOffice) -> None:
    wants(street, Mail.AT_ONCE)
    with clock.set_to(NOON):
        first = told(street, Move.REMIND)
        jobs.send_mails()
        assert post.taken == [], "others may follow"
        with later(minutes=2):
            second = told(street)
        with later(minutes=4):
            jobs.send_mails()
            jobs.send_mails()
    (mail,) = post.to(TO)
    text = mail.get_content()
    assert str(mail["Subject"]) == "新派遣 2 件、催办 1 件"
    assert f"https://grid.example.cn/desk/cases/{first}" in text
    assert second in text
    assert not [word for word in ("盘龙路口", "有垃圾", "inspector", "desk ") if word in text]
    assert outcomes() == [(Outcome.SENT, 1, None)]


def test_the_digest_is_one_mail_a_day_and_none_where_there_is_nothing(street: Street, post: PostOffice) -> None:
    wants(street, Mail.DIGEST, DigestHours(8))
    with clock.set_to(NOON):
        for _ in range(3):
            told(street, Move.REMIND)
        jobs.send_mails()
        assert post.taken == [], "today's hour has gone: to-morrow"
    with clock.set_to(at("2017-03-10 07:59")):
        jobs.send_mails()
        assert post.taken == []
    with clock.set_to(at("2017-03-10 08:00")):
        jobs.send_mails()
        told(street)
    for hour in range(9, 24, 3):
        with clock.set_to(at(f"2017-03-10 {hour:02d}:00")):
            jobs.send_mails()
    (mail,) = post.to(TO)
    assert str(mail["Subject"]) == "3月10日汇总：新派遣 3 件、催办 3 件"
    for day in ("2017-03-11", "2017-03-12"):
        with clock.set_to(at(f"{day} 09:00")):
            jobs.send_mails()
    assert [str(one["Subject"]) for one in post.to(TO)[1:]] == ["3月11日汇总：新派遣 1 件"]


@pytest.mark.parametrize(("mail", "when"), [(Mail.AT_ONCE, timedelta(minutes=4)), (Mail.DIGEST, timedelta(days=1))])
def test_of_a_burst_of_cases_a_person_gets_one_mail(street: Street, mail: Mail, when: timedelta) -> None:
    wants(street, mail)
    with clock.set_to(NOON), transaction() as session:
        west = grid_id_of(session, street.root_id, street.west)
        burst = [
            ToTell(
                f"case:{n}:due_soon:1:{street.unit_id}", street.root_id, Occasion.DUE_SOON, f"20170309-{n:06d}",
                "暴露垃圾", "西社区", west, street.unit_id, NOON,
            )
            for n in range(177)
        ]  # fmt: skip
        assert service.tell_people(session, burst).notices == 177
    with clock.set_to(NOON + when), transaction() as session:
        assert (mails.gather(session), mails.gather(session)) == (1, 0)
        letter = mails.next_letter(session, lambda _session, _user, numbers: numbers)
        assert letter is not None
        assert (letter.notices, "另有 147 件" in letter.body) == (177, True)
        mails.sent(session, letter)
        assert mails.next_letter(session, lambda _session, _user, numbers: numbers) is None


def test_who_wants_working_days_only_gets_saturdays_on_monday(street: Street, post: PostOffice) -> None:
    wants(street, Mail.DIGEST, DigestHours(8, workdays_only=True))
    with clock.set_to(at("2017-03-10 20:00")):
        told(street)
    for day in (11, 12):
        with clock.set_to(at(f"2017-03-{day} 09:00")):
            jobs.send_mails()
    assert post.taken == []
    with clock.set_to(at("2017-03-13 09:00")):
        jobs.send_mails()
    assert len(post.to(TO)) == 1


def test_what_was_read_on_the_bell_meanwhile_needs_no_mail(street: Street, post: PostOffice) -> None:
    wants(street, Mail.DIGEST)
    with clock.set_to(NOON):
        told(street)
        with transaction() as session:
            service.read_all(session, street.person("handler"))
    with clock.set_to(at("2017-03-10 09:00")):
        jobs.send_mails()
    assert (post.taken, outcomes()) == ([], [])


def test_who_lost_the_role_meanwhile_is_mailed_nothing(street: Street, post: PostOffice) -> None:
    wants(street, Mail.DIGEST)
    with clock.set_to(NOON):
        number = told(street)
    with transaction() as session:
        ended = update(RoleHolding).where(RoleHolding.user_id == street.people["handler"])
        session.execute(ended.values(valid_to=date(2017, 3, 10)))
    with clock.set_to(at("2017-03-10 09:00")):
        jobs.send_mails()
        with reading() as session:
            assert in_sight_of(session, street.people["handler"], {number}) == set()
    assert post.taken == []
    assert [outcome for outcome, *_ in outcomes()] == [Outcome.DROPPED]


def test_two_workers_and_one_that_died_make_one_digest(street: Street, post: PostOffice) -> None:
    wants(street, Mail.DIGEST)
    with clock.set_to(NOON):
        told(street)
    morning = at("2017-03-10 08:00")

    def work(at_instant: datetime) -> None:
        with clock.set_to(at_instant):
            jobs.send_mails()

    with clock.set_to(morning), transaction() as session:
        assert mails.gather(session) == 1  # and dies
    with clock.set_to(morning), transaction() as session:
        slow = mails.next_letter(session, in_sight_of)  # and hangs
        assert slow is not None
    work(morning + timedelta(minutes=1))
    assert post.taken == [], "it may still be at work"
    with ThreadPoolExecutor(3) as workers:
        for done in [workers.submit(work, morning + timedelta(minutes=3)) for _ in range(3)]:
            done.result()
    with clock.set_to(morning + timedelta(minutes=4)), transaction() as session:
        mails.not_sent(session, slow, "timed out")  # too late to say
    assert (len(post.taken), outcomes()) == (1, [(Outcome.SENT, 2, None)])


def test_what_the_server_refuses_is_tried_again_or_given_up_and_says_why(street: Street, post: PostOffice) -> None:
    wants(street, Mail.AT_ONCE)
    post.data = ["451 4.7.1 try again later"]
    with clock.set_to(NOON):
        told(street)
        with later(minutes=4):
            jobs.send_mails()
            jobs.send_mails()
        assert outcomes() == [(Outcome.WAITING, 1, "SMTPDataError 451")]
        with later(minutes=10):
            jobs.send_mails()
        assert outcomes() == [(Outcome.SENT, 2, None)]
        post.rcpt = [f"550 5.1.1 {TO} unknown"]
        with later(minutes=20):
            told(street)
        with later(minutes=30):
            jobs.send_mails()
    assert outcomes()[1] == (Outcome.DROPPED, 1, "recipient refused 550"), "no address in what is kept"
    assert len(post.taken) == 1


def test_where_no_server_is_set_nothing_is_made_and_one_that_is_away_costs_time_only(
    street: Street, post: PostOffice, tmp_path: Path
) -> None:
    wants(street, Mail.AT_ONCE)
    with clock.set_to(NOON):
        told(street)
        configure(tmp_path, "")
        with later(minutes=4):
            jobs.send_mails()
        assert outcomes() == []
        configure(tmp_path, "smtp+plain://127.0.0.1:1")
        with later(minutes=4):
            jobs.send_mails()
        ((outcome, tries, why),) = outcomes()
        assert (outcome, tries, why) == (Outcome.WAITING, 1, "ConnectionRefusedError: Connection refused")
        configure(tmp_path, f"smtp+plain://127.0.0.1:{post.port}")
        with later(minutes=9):
            jobs.send_mails()
    assert len(post.taken) == 1


def test_the_line_is_encrypted_and_the_password_goes_over_it_only_then(
    street: Street, post: PostOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(street, Mail.AT_ONCE)
    configure(tmp_path, f"smtp://post%40grid:p%3Aw@localhost:{post.port}")
    with clock.set_to(NOON):
        told(street)
        with later(minutes=4):
            jobs.send_mails()
        assert (post.taken, post.signed_in) == ([], []), "its certificate is nobody's we know"
        monkeypatch.setenv("SSL_CERT_FILE", str(post.ca))
        with later(minutes=9):
            jobs.send_mails()
    assert post.encrypted == [True]
    assert [base64.b64decode(text) for text in post.signed_in] == [b"\0post@grid\0p:w"]


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("http://mail.cn", "a@b.cn"),  # no mail server
        ("smtp://", "a@b.cn"),  # no host
        ("smtp://mail.cn/x", "a@b.cn"),  # a path means nothing
        ("smtp+plain://me:secret@mail.cn", "a@b.cn"),  # a password in the open
        ("smtp://mail.cn:port", "a@b.cn"),  # no port
        ("smtp://me:secret@mail.cn", ""),  # from nobody
        ("smtp://me:secret@mail.cn", "王 <a@b.cn>"),  # an address, not a name
    ],
)
def test_a_wrong_setting_is_told_at_the_start_without_its_password(address: str, sender: str) -> None:
    with pytest.raises(ValueError, match="GRIDOPS_SMTP_URL") as refused:
        load({"GRIDOPS_SMTP_URL": address, "GRIDOPS_SMTP_FROM": sender, "GRIDOPS_SECRET_KEY": "x"})
    assert "secret" not in str(refused.value)
    assert "secret" not in repr(parse_server("smtp://me:secret@mail.cn", "a@b.cn"))
