"""All settings, read from the environment once and checked at start.

Every setting is `GRIDOPS_<NAME>`; nothing else in the house reads the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gridops.core.mailing import MailServer, parse_server

ROOT = Path(__file__).resolve().parent


class BaseMap(StrEnum):
    """What lies below our own maps: nothing, 天地图 by its key, or the file base.pmtiles in the data folder."""

    NONE = ""
    TIANDITU = "tianditu"
    PMTILES = "pmtiles"


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one deployment. Empty database and Redis addresses mean the embedded ones in `data_dir`."""

    data_dir: Path = ROOT / "data"
    database_url: str = ""
    redis_url: str = ""
    secret_key: str = ""
    host: str = "127.0.0.1"
    port: int = 8017
    web_threads: int = 8
    web_workers: int = 2
    worker_processes: int = 2
    session_idle_minutes: int = 30
    behind_tls: bool = False
    trial_tls: bool = False
    trusted_proxies: int = 0
    public_url: str = ""
    private_hooks: bool = False
    smtp_url: str = ""
    smtp_from: str = ""
    photo_max_bytes: int = 25_000_000
    photo_max_pixels: int = 60_000_000
    font_dirs: tuple[Path, ...] = ()
    nearest_grid_within_m: float = 500.0
    log_level: str = "INFO"
    build_wait_s: float = 5.0
    stale_build_s: float = 20.0
    field_keep_days: int = 7
    track_keep_days: int = 30
    base_map: BaseMap = BaseMap.NONE
    tianditu_key: str = ""

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use: the configured one, or the embedded SQLite file."""
        return self.database_url or f"sqlite:///{self.data_dir / 'gridops.db'}"

    @property
    def embedded_database(self) -> bool:
        """Whether the database is the file in `data_dir` (it is then created and upgraded by every command)."""
        return not self.database_url

    @property
    def mail_server(self) -> MailServer | None:
        """Where mails are handed in; None: none are sent."""
        return parse_server(self.smtp_url, self.smtp_from) if self.smtp_url else None

    @property
    def cert_dir(self) -> Path:
        """Where `gridops cert` keeps its authority and certificate; `trial_tls` says that they are served with."""
        return self.data_dir / "cert"

    @property
    def base_map_file(self) -> Path:
        """Where the PMTiles file of the base map is put; it may be missing."""
        return self.data_dir / "base.pmtiles"

    @property
    def evidence_dir(self) -> Path:
        """Where contents (photos, rendered papers) lie by SHA-256."""
        return self.data_dir / "evidence"


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Read and check the settings; ValueError names the setting that is wrong and what it takes."""
    env = os.environ if environ is None else environ
    read = {name[8:].lower(): value for name, value in env.items() if name.startswith("GRIDOPS_") and value != ""}
    known: dict[str, object] = {}
    for name, kind in _KINDS.items():
        if name in read:
            known[name] = _parsed(name, read[name], kind)
    config = Config(**known)  # type: ignore[arg-type]
    try:
        config.mail_server  # noqa: B018 - looked at, so that a wrong one is told at the start
    except ValueError as wrong:
        raise ValueError(f"GRIDOPS_SMTP_URL: {wrong}") from None
    if config.base_map == BaseMap.TIANDITU and not (config.tianditu_key.isascii() and config.tianditu_key.isalnum()):
        raise ValueError("GRIDOPS_TIANDITU_KEY: the key of 天地图, letters and digits, for GRIDOPS_BASE_MAP=tianditu")
    if not config.secret_key:
        return Config(**{**known, "secret_key": _kept_secret(config.data_dir)})  # type: ignore[arg-type]
    return config


def make_data_dir(data_dir: Path) -> None:
    """Make the folder where it is missing, for its owner alone: what lies in it names people and places."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


_KINDS: dict[str, type] = {
    "data_dir": Path,
    "database_url": str,
    "redis_url": str,
    "secret_key": str,
    "host": str,
    "port": int,
    "web_threads": int,
    "web_workers": int,
    "worker_processes": int,
    "session_idle_minutes": int,
    "behind_tls": bool,
    "trial_tls": bool,
    "trusted_proxies": int,
    "public_url": str,
    "private_hooks": bool,
    "smtp_url": str,
    "smtp_from": str,
    "photo_max_bytes": int,
    "photo_max_pixels": int,
    "font_dirs": tuple,
    "nearest_grid_within_m": float,
    "log_level": str,
    "build_wait_s": float,
    "stale_build_s": float,
    "field_keep_days": int,
    "track_keep_days": int,
    "base_map": BaseMap,
    "tianditu_key": str,
}


def _parsed(name: str, text: str, kind: type) -> object:
    try:
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if kind is tuple:
            return tuple(Path(part) for part in text.split(os.pathsep))
        return Path(text).resolve() if kind is Path else kind(text)
    except (KeyError, ValueError):
        raise ValueError(f"GRIDOPS_{name.upper()}={text!r}: not a {kind.__name__}") from None


def _kept_secret(data_dir: Path) -> str:
    """A secret made once and kept beside the data, readable by its owner only."""
    path = data_dir / "secret_key"
    make_data_dir(data_dir)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(os.urandom(32).hex())
    except FileExistsError:
        pass
    return path.read_text().strip()
