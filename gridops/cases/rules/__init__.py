"""Rules of a case (pure): states and moves, the projection of events, deadlines."""
