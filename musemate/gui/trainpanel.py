"""The panel "Train variations": one button, three choices, and everything about the running training."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from musemate.engine.events import Progressed, RunFinished, RunStarted, ScaleFinished
from musemate.engine.facts import facts_of
from musemate.engine.presets import PRESETS, default_preset, preset_names
from musemate.engine.registry import ENGINES
from musemate.gui import icons, palette, wording
from musemate.gui.lossplot import LossPlot
from musemate.gui.plaintext import plain
from musemate.gui.scalestrip import ScaleStrip
from musemate.gui.trainedwith import TrainedWith
from musemate.gui.widgets import Choice, describe, keep_focus, label, tool_button
from musemate.language import _, mark
from musemate.project.records import Run

HELD = {"stopping": mark("Stopping…"), "pausing": mark("Pausing…"), "paused": mark("Paused where it is")}
"""What is said while a training does not go on."""


class TrainPanel(QFrame):
    """Says what was asked for (`train_asked`, `stop_asked`) and shows the events of a training."""

    train_asked = Signal(str, str, str)
    """Engine, preset and device."""
    settings_changed = Signal()
    """Engine, preset or device."""
    stop_asked = Signal()
    pause_asked = Signal()
    """Pause, or go on."""
    losses_asked = Signal()
    preview_asked = Signal(str, str)
    resume_asked = Signal(str)
    """With the stopped run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._scales: list[str] = []
        self._scale = -1
        self._run = ""
        self._told = ""
        self._presets: dict[str, str] = {}
        self.wanted_device = "auto"
        """Device to choose as soon as it is known to be there."""
        self._build()
        self.set_ready(_("Choose a fragment first."))

    # what is shown -------------------------------------------------------------------------------------

    def set_ready(self, reason: str) -> None:
        """Enable the button, or disable it with the reason as tooltip."""
        self.train.setEnabled(not reason)
        self.train.setToolTip(reason or _("Learn the sound of the region (Ctrl+T)"))

    def set_devices(self, rows: list[dict[str, Any]]) -> None:
        """Offer these devices beside the automatic choice; rows as `list_devices` gives them."""
        chosen = self.wanted_device
        self.device.clear()
        automatic = _("Automatic: {device}").format(device=rows[0]["label"]) if rows else _("Best available device")
        self.device.addItem(automatic, "auto")
        for row in rows:
            self.device.addItem(str(row["label"]), str(row["name"]))
        self.device.setCurrentIndex(max(0, self.device.findData(chosen)))
        self.wanted_device = chosen

    def set_method(self, engine: str, preset: str) -> None:
        """Choose an engine and one of its presets, as far as there are such."""
        if engine in ENGINES:
            self.engine.value = engine
            if preset in preset_names(engine):
                self.preset.value = preset

    def offer_preset(self, engine: str, preset: str) -> None:
        """Choose this preset as soon as its engine is chosen."""
        self._presets[engine] = preset

    def show_estimate(self, text: str, tooltip: str = "") -> None:
        """Say what the training will take; nothing with an empty text."""
        self.estimate.setText(text)
        self.estimate.setToolTip(plain(tooltip))

    def show_begin(self) -> None:
        """Show that a training was asked for."""
        self._scales, self._scale, self._told = [], -1, ""
        self.state.setText(_("Preparing…"))
        self.detail.setText(_("Starting the engine"))
        self.progress.setRange(0, 0)
        self.strip.set_scales([])
        self.losses.clear_losses()
        self.show_losses(True)
        self._show_running(True)

    def show_started(self, event: RunStarted) -> None:
        """Show the scales that will be trained."""
        if event.scales:
            self._scales = list(event.scales)
            self.strip.set_scales(self._scales)
        if event.device:
            self.show_device(event.device)

    def show_previews(self, files: list[str]) -> None:
        """Offer what is finished already: the preview of each scale, coarse to fine, "" where there is none."""
        for scale, file in enumerate(files):
            self.strip.set_done(scale, file)

    def show_device(self, device: str) -> None:
        """Show where the training computes now."""
        self.detail.setText(_("On {device}").format(device=device))

    def show_progress(self, event: Progressed) -> None:
        """Show how far the training is."""
        if event.scale != self._scale:
            self._scale = event.scale
            self.strip.set_current(event.scale)
        self._told = _("Scale {n} of {total}").format(n=event.scale + 1, total=event.n_scales)
        if event.scale < len(self._scales):
            self._told += f" · {wording.scale(self._scales[event.scale])}"
        self.state.setText(self._told)
        step = _("Step {n} of {total}").format(n=event.step, total=event.n_steps)
        self.detail.setText(f"{step}  ·  {wording.time_left(event.left_s)}")
        self.progress.setRange(0, 1000)
        self.progress.setValue(round(event.fraction * 1000))
        self.progress.setAccessibleDescription(wording.percent(event.fraction))

    def show_scale(self, event: ScaleFinished) -> None:
        """Offer the preview of a finished scale."""
        self.strip.set_done(event.scale, event.file)

    def show_state(self, state: str) -> None:
        """Show what the training that has the worker is about, "" for none; see `jobs.trainings.Item.state`."""
        if not state:
            return
        if state in HELD:
            self.state.setText(_(HELD[state]))
        elif self._told:
            self.state.setText(self._told)
        if state == "stopping":
            keep_focus([self.pause, self.stop], self.report)
        self.stop.setEnabled(state != "stopping")
        self.pause.setEnabled(state != "stopping")
        rests = state in ("paused", "pausing")
        self.pause.setText(_("Go on") if rests else _("Pause"))
        tip = _("Let it rest where it is and leave the processor to others (Ctrl+P)")
        if rests:
            tip = _("Go on where it rests (Ctrl+P)")
        describe(self.pause, tip, _("Go on with the training") if rests else _("Pause the training"))

    def show_end(self, event: RunFinished | None, text: str = "", run: str = "") -> None:
        """Show how the training ended; without an event, `text` says it, and `run` is what can be gone on with."""
        self._show_running(False)
        if event is not None:
            run = "" if event.complete else event.run
        if run:
            self._run = run
            self.resume.setVisible(True)
        if event is not None:
            text = _("Took {time} on {device}")
            if not event.complete:
                text = _("Can go on from this step; it took {time} on {device}")
            text = text.format(time=wording.clock(event.seconds), device=event.device)
        is_whole = event is not None and event.complete
        self.state.setText(_("Training finished") if is_whole else _("Training stopped"))
        self.detail.setText(text)
        self.progress.setVisible(False)
        self.strip.set_current(-1)

    def show_run(self, run: Run, previews: list[str]) -> None:
        """Show a run that is over: how it ended, and the previews of its finished scales."""
        self._show_running(False)
        self.show_losses(False)
        self._run = run.id
        self.state.setText(_("Training {n} ({method})").format(n=run.id[1:], method=wording.method(run)))
        facts = [wording.run_facts(run).split("  ·  ", 1)[1], wording.clock(run.seconds), run.device]
        self.detail.setText(_(run.reason) or "  ·  ".join(facts))
        self.strip.set_scales(list(run.scales))
        self.show_previews(previews)
        self.resume.setVisible(run.state == "stopped")
        self.trained_with.show_run(run)
        self.trained_with.show()

    def show_losses(self, shown: bool) -> None:
        """Show the losses, or make room where none are known."""
        self.losses.setVisible(shown)
        self.all_losses.setVisible(shown)

    def show_idle(self) -> None:
        """Hide everything about a training."""
        self._show_running(False)
        self.report.setVisible(False)

    @property
    def is_running(self) -> bool:
        """Whether a training is shown as running."""
        return not self.stop.isHidden()

    def _on_device(self) -> None:
        self.wanted_device = self.device.currentData()
        self.settings_changed.emit()

    def _on_engine(self, engine: str) -> None:
        """Offer the engine's presets, with the one that was last chosen for it."""
        self.preset.set_options(_presets_of(engine))
        self.preset.value = self._presets.get(engine, default_preset(engine))
        self.settings_changed.emit()

    def _on_preset(self, preset: str) -> None:
        self._presets[self.engine.value] = preset
        self.settings_changed.emit()

    def _on_train(self) -> None:
        self.train_asked.emit(self.engine.value, self.preset.value, self.device.currentData())

    def _show_running(self, running: bool) -> None:
        self.report.setVisible(True)
        keep_focus([self.resume] if running else [self.pause, self.stop, self.resume], self.report)
        self.resume.setVisible(False)
        self.trained_with.hide()
        text = _("Queue another training") if running else _("Train variations")
        self.train.setText(f" {text}")
        for widget in (self.pause, self.stop):
            widget.setVisible(running)
            widget.setEnabled(running)
        self.progress.setVisible(running)

    # building ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        engines = [(name, _(facts_of(name).label), _(facts_of(name).words)) for name in ENGINES]
        self.engine = Choice(engines, _("Engine"))
        self.engine.changed.connect(self._on_engine)
        usual = self.engine.value
        self.preset = Choice(_presets_of(usual), _("Preset"))
        self.preset.value = default_preset(usual)
        self.preset.changed.connect(self._on_preset)
        self.device = QComboBox()
        self.device.activated.connect(self._on_device)
        describe(self.device, _("Where to compute. A graphics card is many times faster."), _("Device"))
        self.set_devices([])
        self.advanced = QPushButton(" " + _("Advanced settings"))
        self.advanced.setObjectName("link")
        self.advanced.setCheckable(True)
        self.advanced.setIcon(icons.icon("sliders"))
        tip = _("Every parameter of the engine, and your own presets (Ctrl+Shift+T)")
        describe(self.advanced, tip, _("Advanced settings"))
        self.train = QPushButton(" " + _("Train variations"))
        self.train.setObjectName("primary")
        self.train.setIcon(icons.icon("sparkle", palette.ON_ACCENT))
        describe(self.train, _("Learn the sound of the region (Ctrl+T)"), _("Train variations"))
        self.train.clicked.connect(self._on_train)
        self.estimate = label(name="small", wrap=True)
        self.estimate.setAccessibleName(_("What the training will take"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 16)
        layout.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(label(_("Training"), "heading"))
        head.addStretch(1)
        layout.addLayout(head)
        rows: list[QWidget] = [self.engine, self.preset, self.device, self.advanced, self.train, self.estimate]
        for widget in (*rows, self._build_report()):
            layout.addWidget(widget)
        self.pause.hide()
        self.stop.hide()
        self.report.hide()

    def _build_report(self) -> QWidget:
        self.report = QWidget()
        self.state = label()
        self.detail = label(name="small", wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Progress of the training"))
        self.losses = LossPlot()
        self.losses.setFixedHeight(96)
        self.all_losses = tool_button("curve", _("Show the losses in full (Ctrl+L)"))
        self.all_losses.clicked.connect(self.losses_asked)
        self.strip = ScaleStrip()
        self.strip.preview_asked.connect(self.preview_asked)
        layout = QVBoxLayout(self.report)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(7)
        self.resume = QPushButton(_("Go on with this training"))
        describe(
            self.resume, _("Train what is still missing, from the step where it stopped"), _("Go on with this training")
        )
        self.resume.clicked.connect(lambda: self.resume_asked.emit(self._run))
        self.trained_with = TrainedWith()
        head = QHBoxLayout()
        head.addWidget(self.state, 1)
        head.addWidget(self.all_losses)
        layout.addLayout(head)
        for widget in (self.progress, self.detail, self.losses, self.strip, self.resume, self.trained_with):
            layout.addWidget(widget)
        layout.addLayout(self._build_holds())
        return self.report

    def _build_holds(self) -> QHBoxLayout:
        """Build what holds a training up: pause and stop."""
        self.pause = QPushButton(_("Pause"))
        self.pause.clicked.connect(self.pause_asked)
        self.stop = QPushButton(_("Stop"))
        self.stop.setObjectName("stop")
        describe(self.stop, _("Stop now; it can go on later from this very step (Ctrl+.)"), _("Stop training"))
        self.stop.clicked.connect(self.stop_asked)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.pause, 1)
        row.addWidget(self.stop, 1)
        return row


def _presets_of(engine: str) -> list[tuple[str, str, str]]:
    """Return an engine's presets as `Choice` takes them."""
    return [(preset.name, _(preset.label), _(preset.words)) for preset in PRESETS[engine]]
