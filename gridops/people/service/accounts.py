"""Accounts: made, changed, locked, and their passwords."""

from __future__ import annotations

import secrets

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.people.forms import NewUser, UserChange
from gridops.people.models import User
from gridops.people.queries.keeping import demo_users, live_tokens, user_by_name
from gridops.people.rules import Person, Role
from gridops.people.rules.sign_in import is_username, normal_username, refused_password
from gridops.people.service.authority import actor, require_manager, unit_of, user_of
from gridops.people.service.passwords import hash_password, one_time_password, password_matches
from gridops.people.service.sign_in import Attempt, take_back


def create_user(session: Session, root_id: int, new: NewUser, *, by: Person | None = None) -> User:
    """Make a person without roles and, normally, without a password; Invalid names each wrong field."""
    if by is not None and (Role.ADMIN not in by.roles or by.root_id != root_id):
        raise NotAllowed("只有系统管理员可以添加人员")
    username = normal_username(new.username)
    if not is_username(username):
        raise Invalid(("username", "用户名须为 1–60 个字母、数字或 . _ - + @"))
    lock_names(session, [f"username:{username}"])
    if user_by_name(session, username) is not None:
        raise Invalid(("username", "用户名已被使用"))
    _check_texts(new.name, new.staff_no, new.certificate_no)
    unit_of(session, root_id, new.unit_id)
    user = User(
        root_id=root_id,
        username=username,
        name=new.name.strip(),
        unit_id=new.unit_id,
        staff_no=new.staff_no,
        phone=new.phone or None,
        certificate_no=new.certificate_no,
        certificate_valid_to=new.certificate_valid_to,
        password_hash=new.password_hash,
        must_change_password=False,
        active=True,
        demo=new.demo,
        session_stamp=_stamp(),
    )
    session.add(user)
    session.flush()
    _record(session, "user.create", user, by)
    return user


def change_user(session: Session, user_id: int, change: UserChange, *, by: Person | None = None) -> User:
    """Change name, unit, staff number, telephone and certificate; the trail says which, never the number."""
    user = user_of(session, user_id)
    require_manager(session, by, user)
    _check_texts(change.name, change.staff_no, change.certificate_no)
    unit_of(session, user.root_id, change.unit_id)
    fields = ("name", "unit_id", "staff_no", "certificate_no", "certificate_valid_to")
    changed = [field for field in fields if getattr(user, field) != getattr(change, field)]
    for field in changed:
        setattr(user, field, getattr(change, field))
    if change.phone is not None and (user.phone or "") != change.phone:
        user.phone = change.phone or None
        changed.append("phone")
    if changed:
        _record(session, "user.change", user, by, fields=changed)
    return user


def set_active(session: Session, user_id: int, active: bool, *, by: Person | None = None) -> User:
    """Lock an account (its sessions end at once) or unlock it."""
    user = user_of(session, user_id)
    require_manager(session, by, user)
    if by is not None and by.user_id == user.id:
        raise NotAllowed("不能停用自己的账号")
    if user.active != active:
        user.active = active
        user.session_stamp = _stamp()
        _record(session, "user.unlock" if active else "user.lock", user, by)
    return user


def reset_password(session: Session, user_id: int, *, by: Person | None = None) -> str:
    """Set a one-time password and return it (shown once); it must be changed at the next sign-in. Ends all access."""
    user = user_of(session, user_id)
    require_manager(session, by, user)
    password = one_time_password()
    user.password_hash, user.must_change_password = hash_password(password), True
    _end_access(session, user)
    _record(session, "password.reset", user, by)
    return password


def set_password(session: Session, user_id: int, password: str, *, by: Person | None = None) -> User:
    """Set a lasting password (command line); Invalid when too weak. Ends all access."""
    user = user_of(session, user_id)
    if by is None or by.user_id != user.id:
        require_manager(session, by, user)
    refused = refused_password(password, user.username)
    if refused:
        raise Invalid(("password", refused))
    user.password_hash, user.must_change_password = hash_password(password), False
    _end_access(session, user)
    _record(session, "password.set", user, by)
    return user


def refuse_new_password(by: Person, old: str, new: str) -> None:
    """Invalid (field `password`) where the new password of one's own is too weak or the old one."""
    refused = "新密码不能与原密码相同" if old == new else refused_password(new, by.username)
    if refused:
        raise Invalid(("password", refused))


def change_own_password(session: Session, by: Person, attempt: Attempt, password_hash: str) -> User:
    """Change one's own password after a right `attempt` with the old one. Ends all access: the caller renews its own.

    Both hashes are slow and made by the door, outside the transaction. Conflict where the password changed meanwhile.
    """
    user = user_of(session, by.user_id)
    if attempt.user_id != user.id or user.password_hash != attempt.password_hash:
        raise Conflict("密码刚刚被修改过，请重新登录。")
    take_back(session, attempt)
    user.password_hash, user.must_change_password = password_hash, False
    _end_access(session, user)
    _record(session, "password.set", user, by)
    return user


def demo_password_is(session: Session, root_id: int, password: str) -> bool:
    """Whether this is the password that the demo accounts of a root share."""
    accounts = demo_users(session, root_id)
    return bool(accounts) and password_matches(accounts[0].password_hash, password)


def renew_demo_password(session: Session, root_id: int, password_hash: str) -> int:
    """Give the demo accounts of a root another password, and to no other; returns how many. Ends their sessions."""
    accounts = demo_users(session, root_id)
    for user in accounts:
        user.password_hash, user.session_stamp = password_hash, _stamp()
        _record(session, "password.set", user, None)
    return len(accounts)


def end_sessions(session: Session, user_id: int, *, by: Person) -> User:
    """End every session and token of an account: one's own, or as its manager."""
    user = user_of(session, user_id)
    if by.user_id != user.id:
        require_manager(session, by, user)
    _end_access(session, user)
    _record(session, "sessions.end", user, by)
    return user


def set_language(session: Session, by: Person, language: str) -> None:
    """Keep the language a person chose (`zh` or `en`)."""
    if language not in {"zh", "en"}:
        raise Invalid(("language", "zh 或 en"))
    user_of(session, by.user_id).language = language


def note_phones(session: Session, by: Person, count: int) -> None:
    """The numbers of so many people who lead were handed to this person."""
    audit.record(session, "user.phones", "user", by.user_id, actor_id=by.user_id, root_id=by.root_id, people=count)


def _check_texts(name: str, staff_no: str | None, certificate_no: str | None) -> None:
    for field, text, longest in (
        ("name", name, 60),
        ("staff_no", staff_no, 40),
        ("certificate_no", certificate_no, 60),
    ):
        if text is not None and (len(text) > longest or (field == "name" and not text.strip())):
            raise Invalid((field, f"须为 1–{longest} 个字符"))


def _record(session: Session, act: str, user: User, by: Person | None, **details: list[str]) -> None:
    audit.record(session, act, "user", user.id, actor_id=actor(by), root_id=user.root_id, **details)


def _end_access(session: Session, user: User) -> None:
    """Whoever had the account's password or device has nothing left: sessions and tokens end."""
    user.session_stamp = _stamp()
    for token in live_tokens(session, user.id):
        token.revoked_at = clock.now()


def _stamp() -> str:
    return secrets.token_hex(16)
