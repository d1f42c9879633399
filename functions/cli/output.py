"""How a command speaks: to people on a terminal, to people in a log, or to a script."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from functions.cli.cells import cell_text

if TYPE_CHECKING:  # rich takes a tenth of a second to import, and scripts do without
    from rich.console import Console


class Output:
    """Writes results to standard output and remarks to standard error.

    With `as_json`, standard output carries exactly one JSON document, the result, and remarks are
    left out.
    """

    def __init__(
        self, *, as_json: bool, stdout: TextIO | None = None, stderr: TextIO | None = None
    ) -> None:
        self.as_json = as_json
        self._stdout = stdout or sys.stdout
        self._stderr = stderr or sys.stderr

    @property
    def is_terminal(self) -> bool:
        """Whether a person watches: only then are colours and moving lines used."""
        return not self.as_json and self._stdout.isatty()

    def line(self, text: str = "", *, style: str = "") -> None:
        """Write a line of the answer for people."""
        if self.as_json:
            return
        if self.is_terminal:
            self.console().print(text, style=style or None, markup=False)
        else:
            print(text, file=self._stdout, flush=True)

    def remark(self, text: str) -> None:
        """Write a line beside the answer: progress, a hint."""
        if not self.as_json:
            print(text, file=self._stderr, flush=True)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Write rows under headings; numbers stand on the right."""
        if self.as_json:
            return
        texts = [[cell_text(value) for value in row] for row in rows]
        numeric = [
            all(isinstance(row[i], int | float) or row[i] is None for row in rows)
            for i in range(len(columns))
        ]
        if self.is_terminal:
            self._rich_table(columns, texts, numeric)
        else:
            self._plain_table(columns, texts, numeric)

    def fields(self, pairs: Mapping[str, object]) -> None:
        """Write named values, one a line, aligned."""
        width = max((len(name) for name in pairs), default=0)
        for name, value in pairs.items():
            self.line(f"{name:<{width}}  {cell_text(value)}")

    def result(self, document: object) -> None:
        """Write the one document that a script reads; nothing without `--json`."""
        if self.as_json:
            text = json.dumps(document, indent=2, default=str, ensure_ascii=False)
            print(text, file=self._stdout, flush=True)

    def console(self) -> "Console":
        """Return a rich console on standard output."""
        from rich.console import Console

        return Console(file=self._stdout, highlight=False, soft_wrap=True)

    def _rich_table(
        self, columns: Sequence[str], texts: Sequence[Sequence[str]], numeric: Sequence[bool]
    ) -> None:
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
        for column, is_number in zip(columns, numeric, strict=True):
            table.add_column(column, justify="right" if is_number else "left")
        for row in texts:
            table.add_row(*row)
        self.console().print(table)

    def _plain_table(
        self, columns: Sequence[str], texts: Sequence[Sequence[str]], numeric: Sequence[bool]
    ) -> None:
        widths = [
            max(len(column), *(len(row[i]) for row in texts)) if texts else len(column)
            for i, column in enumerate(columns)
        ]
        for row in [columns, *texts]:
            cells = [
                cell.rjust(width) if is_number else cell.ljust(width)
                for cell, width, is_number in zip(row, widths, numeric, strict=True)
            ]
            self.line("  ".join(cells).rstrip())
