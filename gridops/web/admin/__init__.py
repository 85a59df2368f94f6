"""The admin pages. Each of them is a blueprint of its own; `index` lists those that exist."""
