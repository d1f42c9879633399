"""One construct for each concern of the platform."""
