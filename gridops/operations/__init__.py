"""Joint enforcement: campaigns, outings, incidents, tallies, hand-overs."""
