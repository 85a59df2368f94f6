"""What problems found by city and district cost in points, and what is reported to them beforehand (never money)."""
