"""Captures, drift detection and the start of retraining."""
