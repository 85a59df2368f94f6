"""Rules of the figures (pure): conditions as data, tallies, comparison, late records, ranks, kept rows."""
