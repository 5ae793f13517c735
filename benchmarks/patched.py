"""Runs MuseMate's command line with constants of its modules replaced, for levers that have no parameter.

python benchmarks/patched.py '{"musemate.engine.frames.model.CONTEXT": 0}' train ...
"""

from __future__ import annotations

import importlib
import json
import sys

from musemate.__main__ import main


def replace(name: str, value: object) -> None:
    """Set an attribute by its dotted name; a list becomes a tuple where the attribute is one.

    Raises
    ------
    SystemExit
        There is no such attribute: a mistyped lever would measure nothing.
    """
    module_name, _, attribute = name.rpartition(".")
    module = importlib.import_module(module_name)
    if not hasattr(module, attribute):
        sys.exit(f"{module_name} has no {attribute}")
    setattr(module, attribute, tuple(value) if isinstance(value, list) else value)


if __name__ == "__main__":
    for given, wanted in json.loads(sys.argv.pop(1)).items():
        replace(given, wanted)
    sys.exit(main())
