"""Windvane beside other ways to serve the same model: `make bench` writes the reference page."""
