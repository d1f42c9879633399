"""A coverage-guided fuzzer on the handler: `python -m tests.abuse.fuzz -runs=100000`.

Needs atheris, which is in tests/abuse/requirements.txt and not in the project's environment.
`make abuse` makes an environment for it. What it finds is written down as `crash-…`.
"""

import sys
from random import Random

import atheris

with atheris.instrument_imports(include=["functions"]):
    from functions.serving import app  # noqa: F401 - imported here to be instrumented

from tests.abuse.kinds import bad_request
from tests.abuse.requests import SAMPLES, http_event, rest_event
from tests.abuse.run import send
from tests.unit.serving.world import three_models

WORLD = three_models()


def try_one(data: bytes) -> None:
    """Send one request whose body, headers and path the fuzzer wrote."""
    provider = atheris.FuzzedDataProvider(data)
    sample = SAMPLES[provider.ConsumeIntInRange(0, len(SAMPLES) - 1)]
    make = (rest_event, http_event)[provider.ConsumeIntInRange(0, 1)]
    match provider.ConsumeIntInRange(0, 3):
        case 0:
            event = make(sample, provider.ConsumeBytes(4096))
        case 1:
            name, value = provider.ConsumeUnicode(24), provider.ConsumeUnicode(64)
            event = make(sample, sample.bytes(), headers={**sample.headers, name: value})
        case 2:
            body = bytearray(sample.bytes())
            at = provider.ConsumeIntInRange(0, len(body))
            body[at : at + provider.ConsumeIntInRange(0, 8)] = provider.ConsumeBytes(32)
            event = make(sample, bytes(body))
        case _:
            event = bad_request(Random(provider.ConsumeInt(8)))[2]  # noqa: S311 - as in run
    send(WORLD, event)


if __name__ == "__main__":
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()
