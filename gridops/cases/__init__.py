"""Life of a case: file, dispatch, hand back, extend, check, close; allowed moves; deadlines."""
