"""What a command says when it cannot, and the exit code that a script sees.

::

    0    done
    1    refused or failed: a gate, a data set, a decision, a function that raised
    2    the command was written wrongly: an option, an argument, a file that is not there
    3    nothing to talk to: no stage is deployed, no credentials, nobody answers
    4    an error that nobody foresaw; `--debug` shows where
    130  interrupted
"""

from enum import IntEnum

from functions.contracts.errors import WindvaneError


class ExitCode(IntEnum):
    """What the process ends with."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    UNREACHABLE = 3
    UNEXPECTED = 4
    INTERRUPTED = 130


class UsageError(WindvaneError):
    """The command was written in a way that cannot be followed."""


class RefusedError(WindvaneError):
    """What was asked for was answered with no, or went wrong on the way."""


class NotDeployedError(WindvaneError):
    """There is no deployed stage to talk to."""


class LocalCloudError(WindvaneError):
    """The embedded cloud could not be started, deployed to or ended."""


def exit_code(error: WindvaneError) -> ExitCode:
    """Return the exit code of an error of ours."""
    if isinstance(error, UsageError) or type(error).__name__ == "NamingError":
        return ExitCode.USAGE
    if isinstance(error, NotDeployedError) or type(error).__name__ == "ApiUnreachableError":
        return ExitCode.UNREACHABLE
    return ExitCode.REFUSED
