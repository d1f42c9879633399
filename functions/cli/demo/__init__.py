"""The whole loop as a story: told while it happens, with the figures of this run."""
