"""The bulletin office: list, one bulletin with its figures, its life, its text, and the lists behind figures."""
