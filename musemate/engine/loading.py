"""What a training's folder may turn out to hold when it is loaded: anything, for projects come from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from musemate.engine.memory import is_out_of_memory
from musemate.errors import CheckpointError
from musemate.language import _

_DAMAGE = (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError, ZeroDivisionError)


@contextmanager
def damage_said(directory: Path) -> Iterator[None]:
    """Say that a training is damaged where its configuration, its facts and its weights do not fit each other.

    torch tells of weights that fit no network with RuntimeError, but of too little memory and of graphics cards in
    trouble too, which is left to `memory_errors_said` around this.

    Raises
    ------
    CheckpointError
        They do not fit.
    """
    try:
        yield
    except _DAMAGE as error:
        raise _damaged(directory, error) from error
    except RuntimeError as error:
        if is_out_of_memory(error) or "cuda" in str(error).lower():
            raise
        raise _damaged(directory, error) from error


def _damaged(directory: Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        _("The training in {folder} is damaged.").format(folder=directory),
        hint=_("Train again, or bring the folder back from a backup."),
        detail=repr(error),
    )
