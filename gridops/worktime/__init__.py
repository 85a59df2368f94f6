"""Working-day calendar, office hours, clock arithmetic."""
