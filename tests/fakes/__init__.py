"""In-memory implementations of the ports; each passes its port's suite in tests/ports."""
