"""Every failure that a songwriter can meet: one sentence, one way on, one technical detail for the log."""

from __future__ import annotations

EXIT_CODE = 2
"""Exit code of the command line for every MuseMateError."""


class MuseMateError(Exception):
    """Root of all expected failures.

    Parameters
    ----------
    message : str
        One plain sentence for the songwriter: what failed, with which file.
    hint : str, optional
        One plain sentence: what to do next.
    detail : str, optional
        Technical text for the log, never shown as the message.
    """

    def __init__(self, message: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail


class AudioFileError(MuseMateError):
    """An audio file cannot be read, or holds something that cannot be used."""


class TooShortError(AudioFileError):
    """A clip or region is shorter than what is asked of it."""


class SettingsError(MuseMateError):
    """A value given by the songwriter is outside what is possible."""


class ParameterError(SettingsError):
    """One of an engine's own parameters is unknown, or has a value that is not possible.

    Parameters
    ----------
    name : str
        The parameter.
    """

    def __init__(self, message: str, *, hint: str = "", detail: str = "", name: str = "") -> None:
        super().__init__(message, hint=hint, detail=detail)
        self.name = name


class DeviceError(MuseMateError):
    """The chosen compute device is missing or does not work."""


class DeviceMemoryError(DeviceError):
    """The compute device or the machine has too little memory."""


class TrainingError(MuseMateError):
    """A training cannot go on (for instance, its loss is no longer a number)."""


class CheckpointError(MuseMateError):
    """Trained weights are missing, damaged or of another version."""


class ProjectError(MuseMateError):
    """A project folder cannot be opened, read or written."""


class ExportError(MuseMateError):
    """A take cannot be written to where it should go."""


class StudyError(MuseMateError):
    """A questionnaire, a study or its answers cannot be read, made or written."""


class PlaybackError(MuseMateError):
    """Sound cannot be played on this machine."""


class WorkerError(MuseMateError):
    """The background worker died or did not answer."""
