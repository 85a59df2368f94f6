"""Pages for inspectors and handlers in the street: report, tasks, receipts; plain forms that work without scripts."""
