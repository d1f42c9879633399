"""The command line `windvane`, for people and scripts; never deployed."""
