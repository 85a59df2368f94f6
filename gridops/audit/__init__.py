"""Append-only record of who did or read what."""
