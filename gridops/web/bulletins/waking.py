"""After the commit: wake a worker for a build, and say so; the build is owed in any case."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _

from gridops.tasks.app import wake


def wake_build(job_id: int, done: str = "") -> None:
    """Send the message; `done` is what was done besides, for the notice."""
    if wake("bulletins.build", job_id):
        if done:
            flash(done, "good")
        return
    flash((done + " " if done else "") + _("文稿生成已登记，后台恢复后自动生成。"), "wait")
