"""Fit a model folder, export it to one ONNX graph and prove parity."""
