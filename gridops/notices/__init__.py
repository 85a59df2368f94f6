"""Who is told what by web hook, and whether it was sent."""
