"""Where the bundles are, and the command that builds them: `python -m infra.bundles`.

The CDK app only asks where they are: synthesis builds nothing.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from functions.contracts.errors import WindvaneError
from functions.contracts.functions import Group
from infra.bundling.build import Bundle, build_bundles, open_workshop
from infra.bundling.errors import BundleError
from infra.bundling.target import BUDGETS_MIB, LAMBDA_LIMIT_MIB, Target, Variant

PROJECT: Final = Path(__file__).resolve().parents[1]
BUNDLES: Final = PROJECT / "build" / "bundles"
MIB: Final = 2**20

__all__ = ["BUNDLES", "BundleError", "Group", "Variant", "bundle_path", "main"]


def bundle_path(group: Group, variant: Variant, *, bundles: Path = BUNDLES) -> Path:
    """Return the directory of a group's bundle, as it is now and stays while it is being read.

    Raises
    ------
    BundleError
        If it has not been built.
    """
    path = bundles / variant / group
    if not path.is_dir():
        msg = (
            f"the {variant} bundle of {group} is not built:"
            f" run 'python -m infra.bundles --variant {variant}'"
        )
        raise BundleError(msg)
    return path.resolve()


def main(arguments: Sequence[str] | None = None) -> int:
    """Build bundles and print their weights; return 1 if one is too heavy or cannot be built."""
    options = _parse(arguments)
    try:
        workshop = open_workshop(PROJECT, options.out.resolve(), Target(Variant(options.variant)))
        groups = tuple(Group(name) for name in options.group or Group)
        bundles = build_bundles(workshop, groups, lambda line: _print(f"bundles: {line}"))
    except WindvaneError as error:
        sys.stderr.write(f"bundles: {error}\n")
        return 1
    _print(table_of(bundles))
    excesses = tuple(line for bundle in bundles if (line := excess_of(bundle)))
    sys.stderr.writelines(f"bundles: {line}\n" for line in excesses)
    return 1 if excesses else 0


def table_of(bundles: Sequence[Bundle]) -> str:
    """Return the bundles' weights beside what they may weigh, a line each."""
    lines = [f"{'group':<12} {'MiB unzipped':>12} {'budget':>7} {'files':>6} {'seconds':>8}"]
    for bundle in bundles:
        weight = f"{bundle.contents.size_bytes / MIB:.1f}"
        seconds = "cached" if bundle.seconds is None else f"{bundle.seconds:.1f}"
        lines.append(
            f"{bundle.group:<12} {weight:>12} {BUDGETS_MIB[bundle.group]:>7}"
            f" {bundle.contents.file_count:>6} {seconds:>8}"
        )
    return "\n".join(lines)


def excess_of(bundle: Bundle) -> str | None:
    """Return the sentence about a bundle that is too large, or None."""
    size_mib = bundle.contents.size_bytes / MIB
    budget_mib = BUDGETS_MIB[bundle.group]
    if size_mib > LAMBDA_LIMIT_MIB:
        return (
            f"{bundle.group} is {size_mib:.1f} MiB unzipped, Lambda takes {LAMBDA_LIMIT_MIB}:"
            " remove a package"
        )
    if size_mib > budget_mib:
        return (
            f"{bundle.group} is {size_mib:.1f} MiB unzipped, its budget is {budget_mib}:"
            " trim it in infra/bundling/trimming.py, or raise the budget in a commit that says why"
        )
    return None


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.bundles", description=__doc__)
    parser.add_argument(
        "--variant",
        choices=[variant.value for variant in Variant],
        default=Variant.ARM64.value,
        help="what to build for; `source` is our code alone (default: arm64)",
    )
    parser.add_argument(
        "--group",
        action="append",
        choices=[group.value for group in Group],
        help="build this group only; may be repeated (default: all)",
    )
    parser.add_argument(
        "--out", type=Path, default=BUNDLES, help="where to (default: build/bundles)"
    )
    return parser.parse_args(arguments)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
