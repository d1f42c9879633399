"""Saves the ONNX file as MLflow's ONNX flavor; run in MLflow's environment: FILE FOLDER."""

import sys

import mlflow.onnx
import onnx

mlflow.onnx.save_model(onnx.load(sys.argv[1]), sys.argv[2])
