"""An OIDC issuer, asked for its public keys over HTTPS."""

import json
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from functions.access.key_set import IssuerUnreachableError, Jwk

DISCOVERY_PATH = "/.well-known/openid-configuration"
TIMEOUT_SECONDS = 3.0
MAXIMUM_DOCUMENT_BYTES = 512 * 1024
_LOOPBACK = {"127.0.0.1", "localhost"}


def read_keys(issuer: str) -> Mapping[str, Jwk]:
    """Return the keys that an issuer signs with, by their ids.

    Raises IssuerUnreachableError if it does not answer, or not as an issuer of that name does.
    """
    description = _read_document(issuer.rstrip("/") + DISCOVERY_PATH)
    if description.get("issuer") != issuer:
        msg = f"{issuer} calls itself {description.get('issuer')!r}: write the issuer as it does"
        raise IssuerUnreachableError(msg)
    keys = _read_document(str(description.get("jwks_uri"))).get("keys")
    if not isinstance(keys, list):
        msg = f"{issuer} has no list of keys at {description.get('jwks_uri')}"
        raise IssuerUnreachableError(msg)
    return {
        key["kid"]: key for key in keys if isinstance(key, dict) and isinstance(key.get("kid"), str)
    }


def _read_document(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        msg = f"{address} is no https:// address; keys are read over nothing else"
        raise IssuerUnreachableError(msg)
    try:
        with _OPENER.open(address, timeout=TIMEOUT_SECONDS) as answer:
            document = json.loads(answer.read(MAXIMUM_DOCUMENT_BYTES))
    except (URLError, HTTPException, OSError, ValueError, RecursionError) as error:
        msg = f"{address} cannot be read: {error}"
        raise IssuerUnreachableError(msg) from error
    if not isinstance(document, dict):
        msg = f"{address} is no JSON object"
        raise IssuerUnreachableError(msg)
    return document


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An issuer answers where it says it is; whoever redirects may not be it."""

    def redirect_request(self, *_arguments: object, **_more: object) -> None:
        """Follow nowhere."""


_OPENER = urllib.request.build_opener(_NoRedirects)
