"""Finds a task by its name, importing its module (and what that needs) only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import cast

from musemate.engine.events import Event
from musemate.errors import SettingsError
from musemate.language import _

Task = Callable[..., Iterator[Event]]
"""A generator function with JSON-friendly arguments and the keyword `cancelled`."""

TASKS = {
    "import_audio": "musemate.tasks.import_audio:import_audio",
    "draw_pictures": "musemate.tasks.draw_pictures:draw_pictures",
    "analyse_fragment": "musemate.tasks.analyse_fragment:analyse_fragment",
    "train": "musemate.tasks.train:train",
    "estimate": "musemate.tasks.estimate:estimate",
    "list_queue": "musemate.tasks.queue:list_queue",
    "clear_queue": "musemate.tasks.queue:clear_queue",
    "train_queue": "musemate.tasks.queue:train_queue",
    "generate": "musemate.tasks.generate:generate",
    "instant": "musemate.tasks.instant:instant",
    "get_ready": "musemate.tasks.instant:get_ready",
    "compare": "musemate.tasks.compare:compare",
    "rate": "musemate.tasks.rate:rate",
    "export_takes": "musemate.tasks.export_takes:export_takes",
    "export_set": "musemate.tasks.export_set:export_set",
    "place_take": "musemate.tasks.place_take:place_take",
    "ready_takes": "musemate.tasks.ready_takes:ready_takes",
    "get_ready_to_export": "musemate.tasks.ready_takes:get_ready_to_export",
    "check": "musemate.tasks.check:check",
    "pack": "musemate.tasks.pack:pack",
    "unpack": "musemate.tasks.pack:unpack",
    "report": "musemate.tasks.report:report",
    "study_findings": "musemate.tasks.study_report:study_findings",
    "study_report": "musemate.tasks.study_report:study_report",
    "study_table": "musemate.tasks.study_report:study_table",
    "info": "musemate.tasks.show:info",
    "list_project": "musemate.tasks.show:list_project",
    "list_devices": "musemate.tasks.show:list_devices",
    "list_presets": "musemate.tasks.presets:list_presets",
    "save_preset": "musemate.tasks.presets:save_preset",
    "rename_preset": "musemate.tasks.presets:rename_preset",
    "delete_preset": "musemate.tasks.presets:delete_preset",
    "study_templates": "musemate.tasks.studies:study_templates",
    "study_new": "musemate.tasks.study_new:study_new",
    "study_list": "musemate.tasks.studies:study_list",
    "study_copy": "musemate.tasks.studies:study_copy",
    "study_merge": "musemate.tasks.studies:study_merge",
    "study_marks": "musemate.tasks.study_marks:study_marks",
    "demo": "musemate.tasks.demo:demo",
    "doctor": "musemate.tasks.doctor:doctor",
    "collect_crashes": "musemate.tasks.crashes:collect_crashes",
}


def get_task(name: str) -> Task:
    """Return the task of that name.

    Raises
    ------
    SettingsError
        There is no such task.
    """
    if name not in TASKS:
        raise SettingsError(
            _('There is no task "{name}".').format(name=name),
            hint=_("Choose one of: {names}.").format(names=", ".join(TASKS)),
        )
    return load(TASKS[name])


def load(place: str) -> Task:
    """Import "module:function"."""
    module, _, function = place.partition(":")
    return cast(Task, getattr(import_module(module), function))
