"""The territory: tree, boundaries with validity dates; which grid holds this point."""
