"""Windvane's monitoring beside that of others, on the same rows."""
