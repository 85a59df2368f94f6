"""DOOR: Celery. One short function per job; schedule.py holds the calendar and the queues."""
