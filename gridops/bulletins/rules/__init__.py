"""Rules of the bulletin (pure): its life, its words, its chapters, its page."""

from gridops.bulletins.rules.life import Status

__all__ = ["Status"]
