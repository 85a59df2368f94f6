"""Penalties: decisions, payment, surcharge, revocation; the legal guard."""
