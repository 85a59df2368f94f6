"""Life of a case: file, dispatch, hand back, extend, check, close; the table of allowed moves; deadlines; dispatch rules."""
