"""The document of a period: draft, review, approve, issue, correct; counts its own papers."""
