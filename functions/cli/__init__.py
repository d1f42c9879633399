"""`windvane …`: the command line for people and scripts; never deployed."""
