"""Who works here: units, users, roles, certificates; who answers for which grid and line of work; who may do what."""
