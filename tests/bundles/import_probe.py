"""Runs alone in the target's Python: import a module from a bundle, and say what that took.

Usage: python -I -S -B import_probe.py BUNDLE MODULE
"""

import importlib
import importlib.machinery
import json
import sys
from importlib import _bootstrap_external  # the class that compiles has no public name
from pathlib import Path

bundle, module_name = sys.argv[1:]
compiled = []
compile_source = _bootstrap_external.SourceLoader.source_to_code


def compile_and_note(loader, content, path, *rest, **options):
    compiled.append(str(path))
    return compile_source(loader, content, path, *rest, **options)


_bootstrap_external.SourceLoader.source_to_code = compile_and_note
standard_library = tuple(sys.path)
sys.path = [bundle, *standard_library]

handler = importlib.import_module(module_name).handler

files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
json.dump(
    {
        "handler_is_callable": callable(handler),
        "compiled": [path for path in compiled if path.startswith(bundle)],
        "modules": sorted(files),
        "foreign": [
            path
            for path in files.values()
            if path and not path.startswith((bundle, *standard_library, str(Path(__file__).parent)))
        ],
    },
    sys.stdout,
)
