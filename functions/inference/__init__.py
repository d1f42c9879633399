"""Admission, loading and running of ONNX models."""
