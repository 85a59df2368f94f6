"""Versioned lists: categories, filing conditions, limits, legal bases, checklists."""
