"""The lanes of the window: long trainings, quick work, and analysis, so that none waits behind another."""

from __future__ import annotations

from PySide6.QtCore import QObject

from musemate.jobs.lane import Job, Lane


class Lanes(QObject):
    """All lanes.

    `train` trains; `quick` imports, draws, makes takes and exports; `analyse` finds beats, key and voice, writes
    reports and estimates trainings: what nobody waits for; being idle mostly, it writes takes that are dragged out.
    `doctor` says how this computer is when something is wrong, which must not wait behind what hangs.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.train = Lane("train", self, prewarm=("torch",))
        self.quick = Lane("quick", self, prewarm=("musemate.tasks.import_audio", "musemate.tasks.draw_pictures"))
        self.analyse = Lane("analyse", self)
        self.doctor = Lane("doctor", self)

    @property
    def all(self) -> tuple[Lane, ...]:
        """The four lanes."""
        return self.train, self.quick, self.analyse, self.doctor

    @property
    def jobs(self) -> list[Job]:
        """The unfinished jobs of all lanes."""
        return [job for lane in self.all for job in lane.jobs]

    def close(self) -> None:
        """Close all lanes; finished scales of a running training stay."""
        for lane in self.all:
            lane.begin_close()
        for lane in self.all:
            lane.close()
