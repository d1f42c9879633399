"""Snapshot, validate, profile, encode and split data."""
