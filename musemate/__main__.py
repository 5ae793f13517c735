"""Entry point of `musemate`, `python -m musemate` and the packaged program."""

from __future__ import annotations

import os
import sys

from musemate.audio.limits import DECODE


def main() -> int:
    """Run the command line, which opens the window when no command is given; return the exit code."""
    if sys.argv[1:2] == [DECODE]:
        from musemate.audio.decoderworker import main as decode

        return decode()
    import multiprocessing

    multiprocessing.freeze_support()  # a packaged worker process starts here too and goes no further
    # torch's waiting threads sleep instead of spinning; beside other busy programs (a DAW) spinning made training on
    # two cores many times slower. Read when torch is loaded, here and in the workers, which inherit it.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from musemate.cli import run_cli

    return run_cli(sys.argv[1:], open_window=_open_window)


def _open_window(paths: list[str]) -> int:
    from musemate.app import run

    return run(paths)


if __name__ == "__main__":
    sys.exit(main())
