"""Decisions: functions of values, without I/O, clock or environment."""
