"""Synthesize a stage in a process that reaches no network, starts no program and reads no git.

Run as `python -m tests.infra.closed_synthesis NOTES NODE STAGE BUNDLES MODELS OUTPUT`; what was
attempted is written to the file NOTES, a line each, and refused.
"""

import sys
from pathlib import Path

NOTES, NODE = Path(sys.argv[1]), sys.argv[2]


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook for this process; Node has closed_node.cjs."""
    is_foreign_program = event == "subprocess.Popen" and arguments[0] != NODE
    is_git = event == "open" and ".git/" in str(arguments[0])
    if event in {"socket.connect", "socket.getaddrinfo"} or is_foreign_program or is_git:
        with NOTES.open("a") as notes:
            notes.write(f"{event} {arguments}\n")
        msg = f"closed: {event} {arguments}"
        raise PermissionError(msg)


def main(stage: str, bundles: str, models: str, output: str) -> None:
    from infra.app import Sources
    from infra.stage import stage_named
    from tests.infra.assembly import synthesize

    synthesize(stage_named(stage), Sources(Path(bundles), Path(models)), Path(output))


if __name__ == "__main__":
    sys.addaudithook(refuse)
    main(*sys.argv[3:])
