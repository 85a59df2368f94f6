"""Photos, signatures, sound, files: hash, place, time, custody; content once, one link per use."""
