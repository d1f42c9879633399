"""The ONNX file as a custom runtime of MLServer, the way of its documentation."""

import onnxruntime as ort
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class OnnxRuntime(MLModel):
    """One model."""

    async def load(self) -> bool:
        """Load the file that the settings name."""
        self.session = ort.InferenceSession(
            self.settings.parameters.uri, providers=["CPUExecutionProvider"]
        )
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Return the probabilities of rows."""
        rows = NumpyCodec.decode_input(payload.inputs[0])
        answer = self.session.run(["probabilities"], {"rows": rows})[0]
        output = NumpyCodec.encode_output("probabilities", answer)
        return InferenceResponse(model_name=self.name, outputs=[output])
