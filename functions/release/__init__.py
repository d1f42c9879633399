"""Evaluate, register and roll out a version; promote and roll back."""
