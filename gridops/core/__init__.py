"""Session, clock, periods, money, numbers, owed work, errors, geojson types; knows no domain word."""
