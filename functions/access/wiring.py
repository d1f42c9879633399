"""The collaborators of the token check, made when they are first needed."""

import json
import os
import sys
import time
from collections.abc import Mapping
from functools import cache, partial

from functions.access.issuer import read_keys
from functions.access.key_set import KeySet
from functions.contracts.access import AccessRules, TokenRules
from functions.contracts.settings import AccessSettings, SettingsError


@cache
def token_rules() -> TokenRules:
    """Read the environment once per execution environment."""
    token = AccessRules.from_json(AccessSettings.from_env(os.environ).access).token
    if token is None:
        msg = "WINDVANE_ACCESS says nothing of tokens: deploy the stage with its issuer"
        raise SettingsError(msg)
    return token


@cache
def keys() -> KeySet:
    """Return the issuer's keys, kept between invocations."""
    return KeySet(partial(read_keys, token_rules().issuer), clock=now)


def now() -> float:
    """Return the moment, in seconds since 1970."""
    return time.time()


def log(event: str, fields: Mapping[str, object]) -> None:
    """Write a structured event on standard error; no token, no claim."""
    sys.stderr.write(f"{json.dumps({'event': event, **fields})}\n")
