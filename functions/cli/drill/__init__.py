"""Fire drills: a condition is injected, and each link that should follow is waited for."""
