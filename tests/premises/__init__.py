"""Tests of the premises."""
