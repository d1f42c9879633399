"""What can go wrong while bundles are built or looked up."""

from functions.contracts.errors import WindvaneError


class BundleError(WindvaneError):
    """A bundle is missing or cannot be built; the message says what to do."""
