"""Sending one mail to one address by the SMTP server of the deployment: encrypted unless its setting says otherwise."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

STEP_S = 10.0
# Scheme -> how the line is encrypted, and the usual port.
_SCHEMES = {"smtp": ("starttls", 587), "smtps": ("tls", 465), "smtp+plain": ("none", 25)}


class NotMailed(Exception):
    """Nothing is known to have been taken; the text says why, without any address. `for_good`: nor will it ever be."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in, and as whom."""

    host: str
    port: int
    encryption: str
    sender: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def parse_server(address: str, sender: str) -> MailServer:
    """`smtp://user:password@host:587` (STARTTLS), `smtps://…:465` (TLS), `smtp+plain://host:25` (no encryption).

    ValueError says what is wrong without saying the address, which holds a password.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("not an address of a mail server") from None
    if parts.scheme not in _SCHEMES or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("takes smtp://, smtps:// or smtp+plain:// with a host")
    encryption, usual = _SCHEMES[parts.scheme]
    name, password = unquote(parts.username or ""), unquote(parts.password or "")
    if encryption == "none" and password:
        raise ValueError("no password goes over a line without encryption")
    if sender.count("@") != 1 or not sender.isascii() or not sender.isprintable() or " " in sender:
        raise ValueError("needs GRIDOPS_SMTP_FROM, the address that mails come from")
    return MailServer(host, port or usual, encryption, sender, name, password)


def send(server: MailServer, to: str, subject: str, body: str, message_id: str) -> None:
    """Hand in a mail. Once it was taken nobody can know here what became of it. Raises NotMailed."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = server.sender, to, " ".join(subject.split())
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = f"<{message_id}@{server.sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body, cte="base64")
    try:
        line = _opened(server)
        try:
            if server.user:
                line.login(server.user, server.password)
            line.send_message(mail, server.sender, [to])
        finally:
            with suppress(smtplib.SMTPException, OSError):
                line.quit()
    except smtplib.SMTPRecipientsRefused as refused:
        code = next((code for code, _ in refused.recipients.values()), 0)
        raise NotMailed(f"recipient refused {code}", for_good=500 <= code < 600) from None
    except smtplib.SMTPResponseException as refused:
        raise NotMailed(f"{type(refused).__name__} {refused.smtp_code}") from None
    except ssl.SSLCertVerificationError as wrong:
        raise NotMailed(f"certificate not trusted: {wrong.verify_message}"[:200]) from None
    except (smtplib.SMTPException, OSError, ValueError) as wrong:
        raise NotMailed(f"{type(wrong).__name__}: {getattr(wrong, 'strerror', None) or 'no answer'}"[:200]) from None


def _opened(server: MailServer) -> smtplib.SMTP:
    if server.encryption == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=STEP_S, context=ssl.create_default_context())
    line = smtplib.SMTP(server.host, server.port, timeout=STEP_S)
    if server.encryption == "starttls":
        try:
            line.starttls(context=ssl.create_default_context())
        except BaseException:
            line.close()
            raise
    return line
