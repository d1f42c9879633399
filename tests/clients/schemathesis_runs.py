"""Runs of schemathesis, in the clients' environment."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "build" / "clients" / "bin"
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


def client_python() -> Path:
    """Return the interpreter that has the clients."""
    python = HOME / "python"
    assert python.exists(), "run `make clients` first"
    return python


def run_schemathesis(folder: Path, location: str, url: str, *options: str) -> str:
    """Try an API by its description in a working folder; return the summary, or fail."""
    client_python()
    done = subprocess.run(
        [
            HOME / "schemathesis",
            "--config-file",
            CONFIGURATION,
            "--no-color",
            "run",
            location,
            "--url",
            url,
            "--generation-deterministic",
            "--warnings",
            "off",
            *options,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, _shorten(done.stdout + done.stderr)
    return done.stdout


def run_published(folder: Path, url: str, *options: str, models: Sequence[str]) -> str:
    """Try an API by the protocol's published description, with models that take its example.

    It knows no null for what may be left out, which some clients send and which is taken.
    """
    description = folder / "published_v2.json"
    script = Path(__file__).with_name("published_v2.py")
    description.write_bytes(subprocess.check_output([client_python(), "-I", script, *models]))
    return run_schemathesis(
        folder, str(description), url, "--exclude-checks=negative_data_rejection", *options
    )


def _shorten(text: str) -> str:
    """Cut lines that hold whole bodies."""
    return "\n".join(line[:300] for line in text.splitlines())
