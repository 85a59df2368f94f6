"""The authority and the certificate for trials: kept, renewed, limited; judged by a real TLS handshake."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gridops.core import certificates
from gridops.core.certificates import Made, Name, ensure, parse_name
from gridops.core.errors import Invalid

NOW = datetime.now(UTC)
OWN = (ipaddress.ip_address("192.168.1.5"),)


def made(folder: Path, *names: str, own: tuple[certificates.Address, ...] = OWN, **more: object) -> Made:
    options = {"now": NOW, **more}
    return ensure(folder, [parse_name(name) for name in names], own, **options)  # type: ignore[arg-type]


def trusted(folder: Path, name: str, authority: Path | None = None) -> bool:
    """Whether a client that trusts the authority shakes hands with the server under a name."""
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(folder / "server.crt", folder / "server.key")
    asked = ssl.create_default_context(cafile=str(authority or folder / "ca.crt"))
    asked.verify_flags |= ssl.VERIFY_X509_STRICT
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = served.wrap_bio(there, back, server_side=True)
    client = asked.wrap_bio(back, there, server_hostname=name)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return client.version() is not None


def test_it_is_trusted_under_its_names_and_no_other(tmp_path: Path) -> None:
    told = made(tmp_path, "gridops.local", "10.1.2.3")
    assert told.names == ("localhost", "127.0.0.1", "::1", "gridops.local", "10.1.2.3", "192.168.1.5")
    assert all(trusted(tmp_path, name) for name in told.names)
    for other in ("other.local", "example.cn", "192.168.1.6", "8.8.8.8"):
        assert not trusted(tmp_path, other)


def test_keys_are_for_their_owner_only_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made(tmp_path / "cert")
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "cert").iterdir()}
    assert modes == {"ca.crt": 0o644, "ca.key": 0o600, "server.crt": 0o644, "server.key": 0o600}
    assert (tmp_path / "cert").stat().st_mode & 0o777 == 0o700
    (tmp_path / "cert" / "ca.key").chmod(0o644)
    made(tmp_path / "cert")
    assert (tmp_path / "cert" / "ca.key").stat().st_mode & 0o777 == 0o600


def test_again_everything_is_kept(tmp_path: Path) -> None:
    first = made(tmp_path, "gridops.local")
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    again = made(tmp_path, "gridops.local", now=NOW + timedelta(days=300))
    assert (first.ca_is_new, first.why, again.ca_is_new, again.why) == (True, "first", False, "")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept


def test_other_names_and_a_near_end_renew_the_server_and_keep_the_authority(tmp_path: Path) -> None:
    first = made(tmp_path)
    assert (first.ends - NOW).days in (396, 397)
    other = made(tmp_path, "gridops.lan", own=(ipaddress.ip_address("172.16.0.9"),))
    assert (other.why, other.ca_fingerprint) == ("other names", first.ca_fingerprint)
    assert trusted(tmp_path, "172.16.0.9")
    assert not trusted(tmp_path, "192.168.1.5")
    late = made(tmp_path, "gridops.lan", own=(ipaddress.ip_address("172.16.0.9"),), now=NOW + timedelta(days=370))
    assert (late.why, late.ca_fingerprint) == ("ends soon", first.ca_fingerprint)
    assert (late.ends - NOW).days > 700


def test_an_authority_near_its_end_and_one_whose_key_was_lost_are_replaced(tmp_path: Path) -> None:
    first = made(tmp_path)
    assert not made(tmp_path, now=NOW + timedelta(days=3600)).ca_is_new
    late = made(tmp_path, now=NOW + timedelta(days=3640))
    assert (late.ca_is_new, late.why) == (True, "other authority")
    (tmp_path / "ca.key").unlink()
    lost = made(tmp_path)
    assert lost.ca_is_new
    assert len({first.ca_fingerprint, late.ca_fingerprint, lost.ca_fingerprint}) == 3
    assert trusted(tmp_path, "localhost")


def test_a_key_that_does_not_fit_is_made_anew(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / "server.key").write_bytes((tmp_path / "ca.key").read_bytes())
    assert made(tmp_path).why == "key does not fit"
    assert trusted(tmp_path, "localhost")


def test_a_public_name_needs_an_authority_that_was_made_for_it(tmp_path: Path) -> None:
    first = made(tmp_path)
    with pytest.raises(Invalid, match="--new-ca") as refused:
        made(tmp_path, "grid.example.cn")
    assert refused.value.errors[0].field == "--name"
    assert made(tmp_path).ca_fingerprint == first.ca_fingerprint
    told = made(tmp_path, "grid.example.cn", new_ca=True)
    assert told.ca_is_new
    assert trusted(tmp_path, "grid.example.cn")
    again = made(tmp_path, "grid.example.cn", own=(ipaddress.ip_address("203.0.113.7"),))
    assert again.left_out == ("203.0.113.7",)


def test_the_authority_cannot_speak_for_the_rest_of_the_world(tmp_path: Path) -> None:
    made(tmp_path)
    authority, key = certificates._kept_ca(tmp_path, NOW) or pytest.fail("no authority")
    for name in ("bank.example.com", "8.8.8.8", "grid.local", "10.9.9.9"):
        names: tuple[Name, ...] = (parse_name(name),)
        certificates._new_server(tmp_path, authority, key, names, NOW)
        assert trusted(tmp_path, name) is (name in ("grid.local", "10.9.9.9"))


def test_another_authority_is_not_trusted(tmp_path: Path) -> None:
    made(tmp_path / "one")
    made(tmp_path / "two")
    assert not trusted(tmp_path / "one", "localhost", tmp_path / "two" / "ca.crt")


@pytest.mark.parametrize(
    "text",
    ["", "*.local", "a b", "-x", "300.1.1.1", "1.2.3", "名", "a" * 64, "http://x", "x:8017",
     "::", "224.0.0.1", "fe80::1%eth0"],
)  # fmt: skip
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_name(text)


def test_no_authority_is_made_for_all_below_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Street-PC")
    assert [parse_name(word) for word in ("street-pc", "localhost", "street-pc.cn")]
    for word in ("com", "cn.", "gridops"):
        with pytest.raises(Invalid, match="one word"):
            parse_name(word)


def test_own_addresses_are_those_of_networks() -> None:
    assert not [one for one in certificates.own_addresses() if one.is_loopback]
