"""Every question of the figures to the database: counted records, lookups, frozen sets, daily totals."""
