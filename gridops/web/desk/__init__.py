"""Pages for the desk: queue, case, map, reports taken by telephone, records that a person has to judge."""
