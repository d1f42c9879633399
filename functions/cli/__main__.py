"""`python -m functions.cli` is `windvane`."""

from functions.cli.app import main

main()
