"""Of evidence (pure): `types` tells a file by its content, `pixels` reads a picture's size, `prints` its likeness."""
