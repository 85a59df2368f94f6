"""Logs (JSON, one line an answer, nothing personal: no query, no name, no address) and metrics."""

from __future__ import annotations

import ipaddress
import logging
import time

import structlog
from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)

log = structlog.get_logger()

# Asked by programs every few seconds: counted, but no lines that would bury all others.
_UNLOGGED = frozenset({"static", "health.alive", "health.ready", "health.metrics", "desk_changes.show"})

ANSWERS = Counter("gridops_answers", "Answers by endpoint, method and status", ["endpoint", "method", "status"])
SECONDS = Histogram("gridops_answer_seconds", "Seconds to an answer by endpoint", ["endpoint"])


def set_up_logging(level: str) -> None:
    """One JSON object a line on standard error, Chinese as it is."""
    logging.basicConfig(level=level, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def set_up(app: Flask) -> None:
    """Time and count every answer."""
    app.before_request(_begin)
    app.after_request(_end)


def exposition() -> Response:
    """All metrics; of all web processes where PROMETHEUS_MULTIPROC_DIR was set before they started."""
    registry: CollectorRegistry = REGISTRY
    if values.ValueClass.__name__ != "MutexValue":
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def asked_from_this_machine(trusted_proxies: int) -> bool:
    """Whether a request came over loopback and through no proxy we were not told of."""
    if not trusted_proxies and any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _begin() -> None:
    g.begun = time.perf_counter()


def _end(answer: Response) -> Response:
    endpoint = request.endpoint or "none"
    took = time.perf_counter() - g.get("begun", time.perf_counter())
    ANSWERS.labels(endpoint, request.method if request.endpoint else "any", answer.status_code).inc()
    SECONDS.labels(endpoint).observe(took)
    if endpoint not in _UNLOGGED:
        log.info("answer", endpoint=endpoint, method=request.method, status=answer.status_code, ms=round(took * 1000))
    return answer
