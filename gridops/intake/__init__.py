"""The one gate for phone records and imports: named by the phone, taken once; a table type -> room's verb."""
