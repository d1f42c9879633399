"""One module a command: what it takes and what its help says. What it does is imported when called."""
