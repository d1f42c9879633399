"""Reading an object as the bytes that were registered, or not at all (D4)."""

import hashlib

from functions.contracts.errors import WindvaneError
from functions.contracts.served import ObjectView
from functions.core.ports import ObjectReader


class AlteredObjectError(WindvaneError):
    """An object's bytes are not those that were registered."""


def read_stored(stored: ObjectView, store: ObjectReader) -> bytes:
    """Return an object's bytes by its VersionId.

    Raises ObjectNotFoundError if that version is gone, AlteredObjectError if its bytes have
    another hash than was registered.
    """
    content = store.read(stored.key, version_id=stored.s3_version_id)
    found = hashlib.sha256(content).hexdigest()
    if found != stored.sha256:
        msg = f"{stored.key} has sha256 {found}, registered is {stored.sha256}"
        raise AlteredObjectError(msg)
    return content
