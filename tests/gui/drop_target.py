"""Another program: a window that takes dropped files, or refuses them, and writes what happens to it, one line each."""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget


class Target(QWidget):
    """Says "shown" and where its middle is, "entered" for a drag over it, "dropped" with what was dropped."""

    def __init__(self, accepts: bool) -> None:
        super().__init__(None, Qt.WindowType.WindowStaysOnTopHint)
        self.accepts = accepts
        self.setAcceptDrops(True)
        self.setGeometry(1330, 120, 220, 220)

    def say(self, what: str, **facts: object) -> None:
        print(json.dumps({"what": what, **facts}), flush=True)

    def paintEvent(self, event: object) -> None:  # noqa: N802
        middle = self.mapToGlobal(QPoint(110, 110))
        self.say("shown", x=middle.x(), y=middle.y())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        event.setAccepted(self.accepts)
        self.say("entered", action=event.proposedAction().name, **told(event.mimeData()))

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        event.acceptProposedAction()
        self.say("dropped", action=event.dropAction().name, **told(event.mimeData()))


def told(data: QMimeData) -> dict[str, object]:
    files = [url.toLocalFile() for url in data.urls()]
    return {"files": files, "raw": bytes(data.data("text/uri-list").data()).decode()}


if __name__ == "__main__":
    app = QApplication(sys.argv[:1])
    target = Target(sys.argv[1] == "accept")
    target.show()
    app.exec()
