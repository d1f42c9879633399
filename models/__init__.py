"""One folder a model; a folder imports nothing of ours."""
