"""A study, or a copy of one, in one file: an ordinary zip, taken out again behind the guards of `project.zipguard`."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import zipfile
from pathlib import Path

from musemate.audio.safe_write import fresh_path
from musemate.audio.wording import shown_name
from musemate.errors import StudyError
from musemate.language import _
from musemate.paths import absolute
from musemate.project import zipguard
from musemate.project.keep import sweep_foreign, sync, sync_folder
from musemate.study.folder import ANSWERS, SOUNDS, is_study
from musemate.study.studyfile import KEY, STUDY, read_study

SUFFIX = ".zip"
_WANTED = re.compile(rf"{re.escape(STUDY)}|{re.escape(KEY)}|{re.escape(ANSWERS)}(-wal)?|{SOUNDS}/[0-9a-f]{{12}}\.flac")
_LEAST_FREE = 64 << 20


def is_zip(path: Path) -> bool:
    """Whether a path is called a zip file."""
    return path.suffix.lower() == SUFFIX and not path.is_dir()


def zip_up(folder: Path, file: Path) -> None:
    """Pack a study's folder, which nobody has open, into a file, whole or not at all.

    Raises
    ------
    StudyError
        The file is there already or cannot be written.
    """
    part = file.with_name(f".musemate-{secrets.token_hex(6)}.part")
    try:
        try:
            with part.open("xb") as opened:
                with zipfile.ZipFile(opened, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
                    for path in sorted(folder.rglob("*")):
                        name = path.relative_to(folder).as_posix()
                        if _WANTED.fullmatch(name):
                            archive.write(path, f"{file.stem}/{name}")
                opened.flush()
                os.fsync(opened.fileno())
            with file.open("xb"):  # holds the name: nothing is ever overwritten
                pass
            part.replace(file)
            sync_folder(file.parent)
        finally:
            part.unlink(missing_ok=True)
    except FileExistsError as error:
        raise StudyError(
            _('"{name}" exists already and was left as it is.').format(name=shown_name(file)),
            hint=_("Choose another name."),
            detail=repr(error),
        ) from error
    except (OSError, ValueError) as error:
        raise _unwritten(file, repr(error)) from error


def unzip(file: Path, folder: Path) -> None:
    """Take a study out of a zip from anybody into a folder that is not there yet.

    Raises
    ------
    StudyError
        The file is damaged, or holds what no study holds, or there is no space.
    """
    part = folder.with_name(f".musemate-{secrets.token_hex(6)}.part")
    try:
        with file.open("rb") as opened:
            archive, inside = zipguard.entries(opened, STUDY, lambda name, _top: bool(_WANTED.fullmatch(name)))
            with archive:
                _check_room(folder, sum(info.file_size for info in inside.values()))
                part.mkdir()
                for name, info in inside.items():
                    target = part.joinpath(*name.split("/"))
                    target.parent.mkdir(exist_ok=True)
                    zipguard.copy_out(archive, info, target, _never)
                    sync(target)
        part.rename(folder)
        sync_folder(folder.parent)
    except (zipguard.RefusedError, zipguard.DamagedError) as error:
        raise StudyError(
            _('"{name}" is damaged, or holds no study: nothing of it was unpacked.').format(name=shown_name(file)),
            hint=_("Copy or download it again, or ask for another one."),
            detail=f"{file}: {error}",
        ) from error
    except (OSError, ValueError) as error:
        raise _unwritten(folder, repr(error)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def study_folder(path: Path | str) -> Path:
    """Return the folder of a study that was named by its folder, by a file in it, or by a zip.

    A zip is unpacked beside itself; what was unpacked there before, with the answers given since, is gone on with.

    Raises
    ------
    StudyError
        It is a zip that cannot be unpacked.
    """
    path = absolute(path)
    if path.name == STUDY:
        return path.parent
    if not is_zip(path):
        return path
    part = path.with_name(f".musemate-{secrets.token_hex(6)}.part")
    sweep_foreign(path.parent)
    unzip(path, part)
    try:
        mine = read_study(part)
        target = path.with_suffix("")
        if is_study(target) and read_study(target) == mine:
            return target
        target = fresh_path(target)
        part.rename(target)
    except OSError as error:
        raise _unwritten(path.with_suffix(""), repr(error)) from error
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(part)
    return target


def _check_room(folder: Path, n_bytes: int) -> None:
    if shutil.disk_usage(folder.parent).free < n_bytes + _LEAST_FREE:
        raise OSError(f"{n_bytes} bytes and some room are needed")


def _never() -> bool:
    return False


def _unwritten(path: Path, detail: str) -> StudyError:
    return StudyError(
        _('"{name}" could not be read or written.').format(name=shown_name(path)),
        hint=_("Check that it exists, the rights of its folder, and the free space."),
        detail=detail,
    )
