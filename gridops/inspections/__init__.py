"""Night rounds: plan, visits, checklists filled, findings, orders to correct, re-inspection."""
