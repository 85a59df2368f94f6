"""What may be kept as evidence (pure): `types` tells a file by its content, `pixels` reads a picture's size."""
