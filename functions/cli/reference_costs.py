"""docs/explanation/what-a-prediction-costs.md: the sums, computed from dated list prices.

`python -m functions.cli.reference_costs` writes it; a test compares it with the code.
"""

# ruff: noqa: E501 - the page's lines are as wide as those of the other pages

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "what-a-prediction-costs.md"

READ_ON = "2026-11-21"
HOURS_A_MONTH = 730
SECONDS_A_MONTH = HOURS_A_MONTH * 3600
MILLION = 1_000_000
GIB = 1024**3

# US dollars, us-east-1, before free allowances, taxes and discounts.
REST_API_A_MILLION = 3.50
HTTP_API_A_MILLION = 1.00
LAMBDA_REQUESTS_A_MILLION = 0.20
LAMBDA_GB_SECOND = 0.0000133334  # arm64
LOGS_A_GB = 0.50
FIREHOSE_A_GB = 0.029
ML_M5_LARGE_AN_HOUR = 0.115
SERVERLESS_GB_SECOND = 0.0000200
SAGEMAKER_DATA_A_GB = 0.016

# Assumptions, the same for both sides where there are two.
BILLED_SECONDS = 0.005
LAMBDA_GB = 1769 / 1024
SERVERLESS_GB = 2.0  # the next choice: 1, 2, 3, 4, 5 or 6
LOG_BYTES = 300 + 355 + 433  # capture, access log, Lambda's own three lines
STORED_BYTES = 300
DATA_BYTES = 500  # request and answer
REQUESTS_A_SECOND = 200
PEAK = 3.0

VOLUMES = (10_000, 100_000, MILLION, 10 * MILLION, 100 * MILLION, 1000 * MILLION)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to serve: its name, and what a month of so many predictions costs."""

    name: str
    monthly: Callable[[int], float]


def windvane(api_a_million: float) -> Callable[[int], float]:
    """Return what predictions of one row cost on Lambda behind an API, captures included."""
    each = (
        (api_a_million + LAMBDA_REQUESTS_A_MILLION) / MILLION
        + BILLED_SECONDS * LAMBDA_GB * LAMBDA_GB_SECOND
        + LOG_BYTES / GIB * LOGS_A_GB
        + STORED_BYTES / GIB * FIREHOSE_A_GB
    )
    return lambda volume: volume * each


def serverless(volume: int) -> float:
    """Return what SageMaker Serverless Inference costs; it has no capture to pay for."""
    each = BILLED_SECONDS * SERVERLESS_GB * SERVERLESS_GB_SECOND
    return volume * (each + DATA_BYTES / GIB * SAGEMAKER_DATA_A_GB)


def endpoint(least: int) -> Callable[[int], float]:
    """Return what a SageMaker endpoint of ml.m5.large costs, with at least so many instances."""

    def monthly(volume: int) -> float:
        needed = ceil(volume * PEAK / SECONDS_A_MONTH / REQUESTS_A_SECOND)
        hours = max(least, needed) * HOURS_A_MONTH
        return hours * ML_M5_LARGE_AN_HOUR + volume * DATA_BYTES / GIB * SAGEMAKER_DATA_A_GB

    return monthly


WAYS = (
    Way("Windvane, REST API", windvane(REST_API_A_MILLION)),
    Way("Windvane, HTTP API", windvane(HTTP_API_A_MILLION)),
    Way("SageMaker Serverless, 2 GB", serverless),
    Way("SageMaker endpoint, 1 instance", endpoint(1)),
    Way("SageMaker endpoint, 2 instances", endpoint(2)),
)


def costs_page() -> str:
    """Return the page."""
    heads = " | ".join(way.name for way in WAYS)
    rows = "\n".join(
        f"| {volume:,} | " + " | ".join(_dollars(way.monthly(volume)) for way in WAYS) + " |"
        for volume in VOLUMES
    )
    return _PAGE.format(
        heads=heads,
        lines=" | ".join(["---:"] * len(WAYS)),
        rows=rows,
        rest=_millions(WAYS[0], WAYS[3]),
        http=_millions(WAYS[1], WAYS[3]),
        read_on=READ_ON,
    )


def _dollars(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"  # noqa: PLR2004 - cents matter below


def _millions(ours: Way, theirs: Way) -> str:
    """Return up to how many millions a month ours costs less than theirs."""
    volume = next(v for v in range(1, 1000) if ours.monthly(v * MILLION) > theirs.monthly(MILLION))
    return str(volume - 1)


_PAGE = """\
# What a prediction costs

<!-- Written by `python -m functions.cli.reference_costs`; edit that module instead. -->

US dollars a month for so many predictions of one row each, list prices of us-east-1 read on {read_on}.

| predictions a month | {heads} |
| ---: | {lines} |
{rows}

Windvane is cheaper than one ml.m5.large that never sleeps up to {rest} million predictions a month on a REST API and up to
{http} million on an HTTP API; beyond, an instance that is always busy is cheaper, and Windvane is the wrong tool for
that model's cost alone. Most models are asked far less. A request that carries a hundred rows costs little more than
one of one row, so callers that can wait a moment divide these sums by their batch.

## What is in it, and what is not

- **Windvane**: API Gateway, Lambda, and the whole way of the capture (log, access log, delivery), because every row is
  captured. Not in it: what is paid while nothing happens and what training costs
  ([deploy to AWS](../how-to/deploy-to-aws.md#what-it-costs) has both).
- **SageMaker Serverless**: compute and data. It costs least a request, because it brings no API (callers sign for AWS;
  behind an API Gateway it costs the API's price more) and has no capture, no variants and no monitor to pay for.
- **SageMaker endpoint**: instances and data. Two instances are what AWS advises for an endpoint that must not stop
  when a zone does. Captures go to S3 for S3's price, left out.

## Assumptions

| what | value |
| --- | --- |
| billed time of one request, Lambda and Serverless alike | 5 ms; ours are measured well below, see [performance](../reference/performance.md), Lambda bills whole milliseconds |
| memory | 1,769 MB on Lambda (one processor), 2 GB on Serverless |
| bytes logged a request | 300 capture, 355 access log, 433 Lambda's own lines |
| bytes in and out of an endpoint a request | 500 |
| requests that one ml.m5.large answers | 200 a second, with room for peaks of 3 times the mean |

## Prices

| what | price | as quoted by |
| --- | --- | --- |
| API Gateway, REST; HTTP | 3.50; 1.00 per million | AWS, *Best practices for designing private APIs* |
| Lambda | 0.20 per million; 0.0000133334 a GB-s on arm64 | cloudchipr.com, airbyte.com |
| CloudWatch Logs | 0.50 a GB | factualminds.com, June 2026 |
| Firehose | 0.029 a GB | repositories that quote it |
| ml.m5.large, inference | 0.115 an hour | the cached price list of AWS's GCP-to-AWS migration advisor, and others |
| Serverless Inference | 0.0000200 a second and GB | the same price list |
| SageMaker, data in and out | 0.016 a GB | two public repositories, undated: one sums up a DistilBERT on Serverless Inference in eu-west-1, one an endpoint of ml.c5.9xlarge; at 500 bytes it vanishes |

No live page was consulted: check before you rely on a figure, and change `functions/cli/reference_costs.py`.
"""


if __name__ == "__main__":
    PAGE.write_text(costs_page(), encoding="utf-8")
