"""`windvane backtest`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from pathlib import Path
from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument


def backtest(  # noqa: PLR0913, PLR0917 - its options
    model: ModelArgument,
    data: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATA...",
            help="CSV, Parquet or JSON Lines files with features, labels and times.",
            show_default=False,
        ),
    ],
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="FILE", help="Labels by id, for rows without their own."),
    ] = None,
    label_delay: Annotated[
        str, typer.Option("--label-delay", metavar="TIME", help="How late labels come: 12h, 7d.")
    ] = "0",
    window: Annotated[
        str | None,
        typer.Option(
            "--window",
            metavar="TIME|ROWS",
            help="How long a window is: 12h, 7d, or 500 rows; else there are 100 windows.",
        ),
    ] = None,
    time_column: Annotated[
        str | None,
        typer.Option("--time-column", metavar="NAME", help="Dates the rows; else data.timestamp."),
    ] = None,
    first: Annotated[
        float,
        typer.Option(
            "--first",
            metavar="SHARE",
            min=0.01,
            max=0.9,
            help="Of the rows, to train the first champion on.",
        ),
    ] = 0.2,
    search_always: Annotated[
        bool,
        typer.Option(
            "--search-always", help="Search parameters in every run; else only in the first."
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="DIR", help="Where the page goes; else .windvane."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Of the search; else training.seed.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Replay a labelled history through the model's policies.

    Drift, estimates, labels, budget and retraining decide as they would in production, and
    retraining is done for real. Quality over time, every decision and its reason stand beside two
    baselines: never retraining, and a schedule with as many runs.

    \b
    Examples:
      windvane backtest loan_default history.parquet --label-delay 7d
      windvane backtest loan_default 2025.csv 2026.csv --window 500 --json
    """
    from functions.cli import backtest_view
    from functions.cli.output import Output

    question = backtest_view.Question(
        files=tuple(data),
        labels=labels,
        label_delay=label_delay,
        window=window,
        time_column=time_column,
        first_share=first,
        search_always=search_always,
        output=output,
        seed=seed,
    )
    backtest_view.backtest(Output(as_json=as_json), model=model, question=question)
