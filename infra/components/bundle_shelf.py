"""The functions' code, as it was built before."""

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_lambda as lambda_

from functions.contracts.functions import Group
from infra.bundles import Variant, bundle_path


@dataclass(frozen=True, slots=True)
class BundleShelf:
    """The built bundles of one variant."""

    directory: Path
    variant: Variant

    def code(self, group: Group) -> lambda_.Code:
        """Return a group's code; raise BundleError, naming the remedy, if it was not built."""
        return lambda_.Code.from_asset(
            str(bundle_path(group, self.variant, bundles=self.directory))
        )
