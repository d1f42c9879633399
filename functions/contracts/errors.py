"""The root of every error of ours, and the family drawn as a tree.

::

    WindvaneError
    ├── contracts
    │   ├── model_folder.ModelFolderError      a model folder cannot be used; carries every problem
    │   ├── naming.NamingError                 a model, version or alias is written wrongly
    │   └── settings.SettingsError             an environment variable is missing or malformed
    ├── core
    │   ├── ports.ObjectNotFoundError          an object or a version of it is not in its bucket
    │   ├── ports.ObjectExistsError            a write-once key is taken by other bytes
    │   ├── registry.VersionAlreadyExistsError a version number is taken
    │   ├── registry.UnknownVersionError       a version is not registered          (HTTP 404)
    │   ├── registry.UnknownModelError         a model has no entry in the registry (HTTP 404)
    │   ├── registry.AliasMovedError           somebody else moved the alias first
    │   └── encoding.EncodingError             a column does not fit the feature schema
    ├── inference
    │   └── onnx_model.ModelAdmissionError     an ONNX file is refused
    └── groups                                 each step's own, named in its module

A step's error name is its class name: Step Functions sees ``UnknownVersionError`` and the
workflow's catch records it. HTTP statuses are decided in ``functions/serving`` alone.
"""


class WindvaneError(Exception):
    """Anything Windvane refuses or cannot do, in one sentence fit for a user."""
