"""A certificate authority of our own and a server certificate by it, so that phones can be tried on a local network.

A phone that trusts this authority shall not have to trust it for more: critical name constraints hold it to private
addresses, private endings of names, and what was named when it was made.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gridops.core.errors import Invalid

CA_VALID_FOR = timedelta(days=3653)
# What phones take at most is 398 days.
SERVER_VALID_FOR = timedelta(days=397)
RENEWED_BEFORE = timedelta(days=30)
# A phone whose clock is a little behind must not find the certificate of the future.
_BACKDATED = timedelta(hours=1)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Name = str | Address

ALWAYS: tuple[Name, ...] = ("localhost", ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))
_PRIVATE_NETWORKS: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
                 "::1/128", "fc00::/7", "fe80::/10")
)  # fmt: skip
_PRIVATE_ENDINGS = ("localhost", "local", "lan", "internal", "home.arpa")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_SIOCGIFADDR = 0x8915


@dataclass(frozen=True, slots=True)
class Made:
    """What stands in the folder now. `why`: for what reason the server certificate was made, empty when it was kept.

    `left_out`: addresses of this machine that the authority may not speak for.
    """

    names: tuple[str, ...]
    ca_fingerprint: str
    ca_is_new: bool
    why: str
    ends: datetime
    left_out: tuple[str, ...]


def parse_name(text: str) -> Name:
    """A name or address to be served under. Raises Invalid (field `--name`)."""
    text = text.strip().lower().rstrip(".")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return _host(text)
    if "%" in text or address.is_unspecified or address.is_multicast:
        raise Invalid(("--name", f"{text[:80]!r} is no address that a phone can open"))
    return address


def _host(text: str) -> str:
    if not _HOST.fullmatch(text) or text.replace(".", "").isdigit():
        raise Invalid(("--name", f"{text[:80]!r} is neither an address nor a name like gridops.local"))
    if "." not in text and text not in (*_PRIVATE_ENDINGS, socket.gethostname().lower()):
        # An authority for a name speaks for all below it: for `cn` it would for half a country.
        raise Invalid(("--name", f"{text[:80]!r} is one word: give the whole name, like {text[:60]}.local"))
    return text


def own_addresses() -> tuple[Address, ...]:
    """The IPv4 addresses of this machine on its networks: by its interfaces, and by the way out."""
    found: list[str] = []
    with contextlib.suppress(ImportError, OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        import fcntl

        for _, interface in socket.if_nameindex():
            with contextlib.suppress(OSError):  # one without an address
                answer = fcntl.ioctl(asked, _SIOCGIFADDR, struct.pack("256s", interface[:15].encode()))
                found.append(socket.inet_ntoa(answer[20:24]))
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("10.255.255.255", 9))  # sends nothing
        found.append(asked.getsockname()[0])
    addresses = [ipaddress.ip_address(text) for text in dict.fromkeys(found)]
    return tuple(one for one in addresses if not one.is_loopback and not one.is_unspecified)


def ensure(folder: Path, given: Iterable[Name], own: Iterable[Address], now: datetime, *, new_ca: bool = False) -> Made:
    """Keep the authority that is there and a server certificate by it for these names; make what is missing or due.

    `given` must be within what the authority may speak for (else Invalid, field `--name`); of `own` others are left
    out. Keys are readable by their owner only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    given, own = tuple(dict.fromkeys((*ALWAYS, *given))), tuple(own)
    known = None if new_ca else _kept_ca(folder, now)
    authority, ca_key = known or _new_ca(folder, (*given, *own), now)
    if beyond := [str(name) for name in given if not _speaks_for(authority, name)]:
        told = f"the authority made before does not cover {', '.join(beyond)}"
        raise Invalid(("--name", f"{told}: --new-ca makes another one, to be installed on each phone anew"))
    names = tuple(dict.fromkeys((*given, *(one for one in own if _speaks_for(authority, one)))))
    why, server = _due(folder, authority, names, now)
    if server is None:
        server = _new_server(folder, authority, ca_key, names, now)
    for key in ("ca.key", "server.key"):
        (folder / key).chmod(0o600)
    return Made(
        tuple(map(str, names)),
        authority.fingerprint(hashes.SHA256()).hex(":").upper(),
        known is None,
        why,
        server.not_valid_after_utc,
        tuple(str(one) for one in own if one not in names),
    )


def names_of(path: Path) -> list[str]:
    """The names in a server certificate."""
    return [str(name) for name in _names(x509.load_pem_x509_certificate(path.read_bytes()))]


def _kept_ca(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
    """The authority made before, while it is sound and has time left."""
    try:
        authority = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
        key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    except (FileNotFoundError, ValueError):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != authority.public_key():
        return None
    return (authority, key) if authority.not_valid_after_utc - now > RENEWED_BEFORE else None


def _due(
    folder: Path, authority: x509.Certificate, names: tuple[Name, ...], now: datetime
) -> tuple[str, x509.Certificate | None]:
    """Why a server certificate has to be made, or the one to keep."""
    try:
        server = x509.load_pem_x509_certificate((folder / "server.crt").read_bytes())
        key = serialization.load_pem_private_key((folder / "server.key").read_bytes(), None)
        server.verify_directly_issued_by(authority)
    except FileNotFoundError:
        return "first", None
    except (ValueError, TypeError, InvalidSignature):
        return "other authority", None
    if key.public_key() != server.public_key():
        return "key does not fit", None
    if set(_names(server)) != set(names):
        return "other names", None
    if server.not_valid_after_utc - now < RENEWED_BEFORE:
        return "ends soon", None
    return "", server


def _names(certificate: x509.Certificate) -> list[Name]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [*found.get_values_for_type(x509.DNSName), *found.get_values_for_type(x509.IPAddress)]  # type: ignore[list-item]


def _speaks_for(authority: x509.Certificate, name: Name) -> bool:
    permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    if isinstance(name, str):
        endings = [one.value for one in permitted if isinstance(one, x509.DNSName)]
        return any(name == ending or name.endswith(f".{ending}") for ending in endings)
    networks = [one.value for one in permitted if isinstance(one, x509.IPAddress)]
    return any(name in network for network in networks if isinstance(network, Network))


def _new_ca(
    folder: Path, named: tuple[Name, ...], now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    endings = [*_PRIVATE_ENDINGS, *(name for name in named if isinstance(name, str))]
    networks = [*_PRIVATE_NETWORKS, *(ipaddress.ip_network(one) for one in named if not isinstance(one, str))]
    limits = [
        *(x509.DNSName(ending) for ending in dict.fromkeys(endings)),
        *(x509.IPAddress(network) for network in dict.fromkeys(networks) if not _within(network)),
    ]
    about = f"gridops trial CA {socket.gethostname()[:24]} {now:%Y-%m-%d} {os.urandom(2).hex()}"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, about)])
    made = (
        _begun(name, name, key, now, now + CA_VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=limits, excluded_subtrees=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(folder, "ca", made, key)
    return made, key


def _within(network: Network) -> bool:
    """Whether a larger one of the private networks holds it."""
    return any(
        network != larger and network.version == larger.version and network.subnet_of(larger)  # type: ignore[arg-type]
        for larger in _PRIVATE_NETWORKS
    )


def _new_server(
    folder: Path,
    authority: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    names: tuple[Name, ...],
    now: datetime,
) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gridops")])
    ends = min(now - _BACKDATED + SERVER_VALID_FOR, authority.not_valid_after_utc)
    alternatives = [x509.DNSName(one) if isinstance(one, str) else x509.IPAddress(one) for one in names]
    made = (
        _begun(subject, authority.subject, key, now, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    _write(folder, "server", made, key)
    return made


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - _BACKDATED)
        .not_valid_after(ends.astimezone(UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    """The key first, each written beside and renamed; a key is never readable by others, not for a moment."""
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    for path, content, mode in (
        (folder / f"{name}.key", plain, 0o600),
        (folder / f"{name}.crt", certificate.public_bytes(pem), 0o644),
    ):
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
        part.replace(path)
