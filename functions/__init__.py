"""All that runs in Lambda, and the command line."""
