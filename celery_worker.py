"""The Celery app for workers and the calendar: `celery -A celery_worker worker`."""

import config
from gridops import tables
from gridops.core import db
from gridops.tasks.app import configure

settings = config.load()
db.bind(settings.database)
app = configure(settings)

__all__ = ["app", "settings", "tables"]
