"""Whether a car loan will be repaid."""
