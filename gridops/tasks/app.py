"""The Celery app: how it talks to the broker, and how a door wakes a worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import structlog
from celery import Celery
from celery.signals import worker_process_init
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from config import Config
from gridops.core import db
from gridops.tasks import broker, schedule

log = structlog.get_logger()
_SOCKET = "redis+socket://"

celery = Celery("gridops", include=["gridops.tasks.jobs"])


def broker_url(config: Config) -> str:
    """The configured broker's address, or that of the embedded one in the data folder."""
    return config.redis_url or _SOCKET + quote(str(broker.socket_path(config.data_dir)))


def configure(config: Config) -> Celery:
    """Set the app up once; JSON only, acknowledged after the work, given back when a worker is lost."""
    celery.conf.update(
        broker_url=broker_url(config),
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        # A killed worker's task comes back after seconds, not after an hour (longest task: a bulletin, under a minute).
        broker_transport_options={
            "visibility_timeout": 600,
            "unacked_restore_interval": 2,
            "unacked_restore_throttle": 1,
            "max_retries": 0,  # whoever wakes has somebody waiting; workers come back by rules of their own
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
        },
        timezone="Asia/Shanghai",
        enable_utc=True,
        task_default_queue=schedule.DEFAULT_QUEUE,
        task_routes=schedule.ROUTES,
        task_create_missing_queues=True,
        beat_schedule=schedule.CALENDAR,
        beat_schedule_filename=str(config.data_dir / "beat"),
    )
    celery.gridops_config = config
    return celery


def wake(task: str, *arguments: Any) -> bool:
    """Send a message after the transaction that owed the work; a broker that is away costs time, never work."""
    if not _may_be_there():
        log.info("broker_away", task=task)
        return False
    try:
        celery.send_task(task, args=arguments, retry=False)
    except (OperationalError, RedisError, OSError) as lost:
        log.warning("broker_away", task=task, error=type(lost).__name__)
        return False
    return True


def _may_be_there() -> bool:
    """Whether it is worth asking: an embedded broker that does not run has no socket."""
    url = str(celery.conf.broker_url)
    return not url.startswith(_SOCKET) or Path(unquote(url.removeprefix(_SOCKET))).exists()


def worker_answers(within_s: float) -> bool:
    """Whether any worker answers a ping within so many seconds."""
    if not _may_be_there():
        return False
    try:
        return bool(celery.control.ping(timeout=within_s, limit=1))
    except (OperationalError, RedisError, OSError):
        return False


def broker_answers() -> bool:
    """Whether the broker can be reached now."""
    try:
        with celery.connection_for_read() as connection:
            connection.ensure_connection(max_retries=0, timeout=2)
    except (OperationalError, RedisError, OSError):
        return False
    return True


@worker_process_init.connect
def _own_connections(**_: Any) -> None:
    # A forked child must not share its parent's database connections.
    db.engine().dispose(close=False)
