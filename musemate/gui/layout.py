"""Where everything lies in the window; no behaviour."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from musemate.gui.fragmenttree import FragmentTree
from musemate.gui.jobstrip import JobStrip
from musemate.gui.messagebar import MessageBar
from musemate.gui.scrolling import Column, Sideways, scrolled
from musemate.gui.session import Session
from musemate.gui.stage import Stage
from musemate.gui.takelist import TakeList
from musemate.gui.takepanel import TakePanel
from musemate.gui.thumbnails import Thumbnails
from musemate.gui.trainpanel import TrainPanel
from musemate.gui.transport import Transport
from musemate.gui.welcome import Welcome

GAP = 8
LEFT_WIDTH, RIGHT_WIDTH = 232, 316


class Parts:
    """All panels, laid out in a window."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        self.welcome = Welcome()
        self.tree = FragmentTree()
        self.stage = Stage(session)
        self.takes = TakeList(Thumbnails(session))
        self.train = TrainPanel()
        self.make = TakePanel()
        self.messages = MessageBar()
        self.jobs = JobStrip()
        self.transport = Transport()
        self.pages = QStackedWidget()
        self.pages.addWidget(scrolled(self.welcome))
        self.workspace = self._workspace()
        self.pages.addWidget(scrolled(self.workspace))
        body = QWidget()
        body.setObjectName("body")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self._message_row())
        layout.addWidget(self.jobs)
        layout.addWidget(Sideways(self.transport))
        window.setCentralWidget(body)
        self._order(window)
        self.show_workspace(False)

    def show_workspace(self, shown: bool) -> None:
        """Show the workspace, or the welcome page."""
        self.pages.setCurrentIndex(1 if shown else 0)
        self.transport.setVisible(shown)

    @property
    def is_workspace(self) -> bool:
        """Whether the workspace is shown."""
        return self.pages.currentIndex() == 1

    def _workspace(self) -> QWidget:
        middle = self.middle = QSplitter(Qt.Orientation.Vertical)
        middle.addWidget(self.stage)
        middle.addWidget(self.takes)
        middle.setStretchFactor(0, 3)
        middle.setStretchFactor(1, 2)
        middle.setSizes([420, 230])
        across = self.across = QSplitter(Qt.Orientation.Horizontal)
        self.right = self._right()
        for widget in (self.tree, middle, self.right):
            across.addWidget(widget)
        for index, stretch in enumerate((0, 1, 0)):
            across.setStretchFactor(index, stretch)
        for splitter in (middle, across):
            splitter.setHandleWidth(GAP)
            splitter.setChildrenCollapsible(False)
        across.setSizes([LEFT_WIDTH, 700, RIGHT_WIDTH])
        self.tree.setMinimumWidth(180)
        page = QWidget()
        layout = QHBoxLayout(page)
        layout.setContentsMargins(GAP, 0, GAP, GAP)
        layout.addWidget(across)
        return page

    def _right(self) -> QScrollArea:
        column = Column()
        column.setObjectName("scrolled")
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.train)
        layout.addWidget(self.make)
        layout.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(column)
        area.setMinimumWidth(RIGHT_WIDTH)
        area.setMaximumWidth(420)
        return area

    def _message_row(self) -> QWidget:
        row = QWidget()
        layout = QVBoxLayout(row)
        layout.setContentsMargins(GAP, 0, GAP, GAP)
        layout.addWidget(self.messages)
        self.messages.visibility = row.setVisible
        row.setVisible(False)
        return row

    def _order(self, window: QMainWindow) -> None:
        """Let the Tab key go through the steps of the work: choose, train, make, listen."""
        bar, train, make, transport = self.stage.bar, self.train, self.make, self.transport
        stops: list[QWidget] = [self.tree.tree, self.tree.open, bar.start, bar.length, self.stage.view]
        stops += [train.engine, train.preset, train.device, train.advanced, train.train, train.pause, train.stop]
        stops += [make.mode, make.start, make.point, make.closeness, make.metre, make.count, make.seconds, make.make]
        stops += [
            self.takes.filter.text,
            self.takes.filter.more,
            self.takes.filter.order,
            self.takes.table,
            self.takes.layers,
            self.jobs.toggle,
            self.jobs.end,
            self.jobs.fold,
            transport.play,
            transport.stop,
            transport.loop,
            transport.pin,
            transport.sides,
            transport.match,
            transport.volume,
            transport.output,
        ]
        for first, second in pairwise(stops):
            window.setTabOrder(first, second)
