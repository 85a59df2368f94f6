"""The calendar and the queues: when what runs, and where. Never decided at the call."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

DEFAULT_QUEUE = "upkeep"

ROUTES: dict[str, dict[str, str]] = {
    "figures.drain": {"queue": "figures"},
    "figures.keep_running": {"queue": "figures"},
    "evidence.derive": {"queue": "evidence"},
    "evidence.prints": {"queue": "evidence"},
    "cases.compare_photos": {"queue": "evidence"},
    "hotline.open": {"queue": "upkeep"},
    "bulletins.build": {"queue": "papers"},
    "bulletins.count_part": {"queue": "figures"},
    "bulletins.join": {"queue": "papers"},
    "bulletins.sweep": {"queue": "upkeep"},
    "bulletins.monthly_drafts": {"queue": "papers"},
    "cases.resume_due": {"queue": "upkeep"},
    "cases.recount": {"queue": "upkeep"},
    "cases.words": {"queue": "upkeep"},
    "cases.ended_words": {"queue": "upkeep"},
    "audit.seal": {"queue": "upkeep"},
    "notices.look_ahead": {"queue": "upkeep"},
    "notices.tell": {"queue": "upkeep"},
    # Others must not wait while a group's server does.
    "notices.send": {"queue": "notices"},
    "notices.mail": {"queue": "notices"},
    "intake.tidy": {"queue": "upkeep"},
}

QUEUES = sorted({route["queue"] for route in ROUTES.values()} | {DEFAULT_QUEUE})

# What is owed is drained by the calendar too: a lost message costs these seconds.
CALENDAR: dict[str, dict[str, Any]] = {
    "totals": {"task": "figures.drain", "schedule": 5.0, "options": {"expires": 5}},
    "the running month": {"task": "figures.keep_running", "schedule": 60.0, "options": {"expires": 60}},
    "thumbnails": {"task": "evidence.derive", "schedule": 10.0, "options": {"expires": 10}},
    "prints of old pictures": {"task": "evidence.prints", "schedule": 30.0, "options": {"expires": 30}},
    "photos of work done": {"task": "cases.compare_photos", "schedule": 10.0, "options": {"expires": 10}},
    "orders of 12345": {"task": "hotline.open", "schedule": 10.0, "options": {"expires": 10}},
    "owed papers": {"task": "bulletins.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "suspended to a day that has come": {"task": "cases.resume_due", "schedule": 120.0, "options": {"expires": 120}},
    "deadlines by a new calendar": {"task": "cases.recount", "schedule": 10.0, "options": {"expires": 10}},
    "words of cases": {"task": "cases.words", "schedule": 5.0, "options": {"expires": 5}},
    "words of cases that have ended": {"task": "cases.ended_words", "schedule": crontab(minute="20")},
    "seal": {"task": "audit.seal", "schedule": 60.0, "options": {"expires": 60}},
    "time that runs out": {"task": "notices.look_ahead", "schedule": 60.0, "options": {"expires": 60}},
    "notices to people": {"task": "notices.tell", "schedule": 5.0, "options": {"expires": 5}},
    "notices": {"task": "notices.send", "schedule": 10.0, "options": {"expires": 10}},
    "mails": {"task": "notices.mail", "schedule": 30.0, "options": {"expires": 30}},
    "tidy": {"task": "intake.tidy", "schedule": crontab(hour="3", minute="30")},
    "monthly drafts": {"task": "bulletins.monthly_drafts", "schedule": crontab(day_of_month="1", hour="2", minute="0")},
    # Where nothing ran at that hour, the next morning makes up for it; a draft that exists is left alone.
    "monthly drafts, made up for": {"task": "bulletins.monthly_drafts", "schedule": crontab(hour="6", minute="0")},
}
