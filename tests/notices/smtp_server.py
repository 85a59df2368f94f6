"""A mail server of our own: real sockets, the few commands of SMTP, keeps what it takes and answers as it is told."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from gridops.core import certificates


@dataclass
class PostOffice:
    """`taken`: recipient and mail. `rcpt`, `data`: answers given in turn, then 250. `signed_in`: what AUTH said."""

    port: int = 0
    ca: Path = Path()
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    slow: float = 0.0

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that went there."""
        return [mail for recipient, mail in self.taken if recipient == address]


@contextmanager
def post_office(folder: Path) -> Iterator[PostOffice]:
    """The server on this machine, in a thread of its own, with a certificate by an authority of its own (`ca`)."""
    certificates.ensure(folder, [], [], datetime.now(UTC))
    kept = PostOffice(ca=folder / "ca.crt")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(folder / "server.crt", folder / "server.key")
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await _talk(kept, tls, reader, writer)
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    kept.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield kept
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _talk(
    kept: PostOffice, tls: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    recipient, encrypted = "", False

    def say(text: str) -> None:
        writer.write(f"{text}\r\n".encode())

    say("220 post")
    while line := (await reader.readline()).decode().strip():
        word = line.split()[0].upper()
        if word == "EHLO":
            say("250-post\r\n250-STARTTLS\r\n250 AUTH PLAIN" if not encrypted else "250-post\r\n250 AUTH PLAIN")
        elif word == "STARTTLS":
            say("220 go on")
            await writer.drain()
            await writer.start_tls(tls)
            encrypted = True
        elif word == "AUTH":
            kept.signed_in.append(line.split()[-1])
            say("235 welcome")
        elif word == "RCPT":
            recipient = line.partition("<")[2].partition(">")[0]
            say(kept.rcpt.pop(0) if kept.rcpt else "250 fine")
        elif word == "DATA":
            say("354 go on")
            content = await reader.readuntil(b"\r\n.\r\n")
            await asyncio.sleep(kept.slow)
            answer = kept.data.pop(0) if kept.data else "250 taken"
            if answer.startswith("250"):
                mail = email.message_from_bytes(content, policy=email.policy.default)
                assert isinstance(mail, EmailMessage)
                kept.taken.append((recipient, mail))
                kept.encrypted.append(encrypted)
            say(answer)
        elif word == "QUIT":
            say("221 bye")
            return
        else:
            say("250 fine")
        await writer.drain()
