"""The protocols that clients speak: each reads rows, writes answers and says no its own way."""
