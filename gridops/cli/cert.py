"""`gridops cert`: a certificate authority and a server certificate of our own, to try phones on a local network."""

from __future__ import annotations

from datetime import UTC, datetime

import click

import config
from gridops.core import certificates
from gridops.core.certificates import Made

_WHY = {
    "first": "新签发 / made",
    "other authority": "因根证书更换而重签 / made anew by the new CA",
    "key does not fit": "因私钥不符而重签 / made anew: the key did not fit",
    "other names": "因名称变化而重签 / made anew for other names",
    "ends soon": "因即将到期而重签 / made anew before its end",
    "": "未变 / kept",
}


def add_to(group: click.Group) -> None:
    """Hang the commands of this file into the group."""
    group.add_command(cert)


@click.command()
@click.option("--name", "names", multiple=True, metavar="NAME|IP", help="serve under this name or address as well")
@click.option("--new-ca", is_flag=True, help="make another authority; each phone has to install it anew")
def cert(names: tuple[str, ...], new_ca: bool) -> None:
    """Make a certificate authority and a server certificate in DATA/cert, to try phones on a local network.

    For localhost, this machine's own addresses and every --name of this run. Run again, the authority is kept, and the
    server certificate is made anew for other names or less than 30 days before its end. For real use: a certificate
    that everybody trusts, by a proxy before gridops (README).
    """
    settings = config.load()
    folder = settings.cert_dir
    given = [certificates.parse_name(name) for name in names]
    made = certificates.ensure(folder, given, certificates.own_addresses(), datetime.now(UTC), new_ca=new_ca)
    click.echo(f"根证书 / CA: {folder / 'ca.crt'} ({'新建 / new' if made.ca_is_new else '沿用 / kept'})")
    click.echo(f"  SHA-256 {made.ca_fingerprint}")
    click.echo(f"服务器证书 / server: {folder / 'server.crt'} ({_WHY[made.why]}), 至 / to {made.ends:%Y-%m-%d}")
    click.echo(f"  {', '.join(made.names)}")
    for address in made.left_out:
        click.echo(f"  {address}: 根证书不涵盖，需要时用 --new-ca / not covered by the CA: --new-ca", err=True)
    click.echo(_next_steps(made, settings.port))


def _next_steps(made: Made, port: int) -> str:
    address = next((name for name in made.names[len(certificates.ALWAYS) :]), "127.0.0.1")
    address = f"[{address}]" if ":" in address else address
    return f"""
下一步 / next:
1. 启动 / start:  gridops up --tls --host 0.0.0.0      (或 / or: gridops web --tls --host 0.0.0.0)
2. 手机连同一网络，打开 / on the phone, in the same network, open:  https://{address}:{port}/ca.crt
   （首次会提示不安全，仅用于下载根证书 / warns once: only to download the CA.）
3. 安装 / install:
   Android: 设置 → 安全 → 加密与凭据 → 安装证书 → CA 证书 / Settings → Security → Encryption & credentials →
            Install a certificate → CA certificate
   iPhone:  设置 → 已下载描述文件 → 安装；再到 通用 → 关于本机 → 证书信任设置 中开启 /
            Settings → Profile Downloaded → Install; then General → About → Certificate Trust Settings → switch it on
   核对上面的 SHA-256 / compare the SHA-256 above.
4. 打开 / open:  https://{address}:{port}/field"""
