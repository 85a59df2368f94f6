"""What each figure means: running totals per (grid, day), frozen sets (kept rows, digest, state), recount."""
