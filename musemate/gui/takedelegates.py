"""How the cells of the table of takes are painted, and what is typed into them: no widget but the one being edited."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from musemate.analysis.marks import NO, YES
from musemate.gui import icons, palette, wording
from musemate.gui.takecolumns import COLUMNS, NONE, short_facts
from musemate.gui.takemodel import TAKE
from musemate.gui.thumbnails import Thumbnails
from musemate.language import _
from musemate.project.records import Take
from musemate.project.takes import MOST_STARS

Index = QModelIndex | QPersistentModelIndex
ROW_PX = 48
PLAY_PX = 32
"""Width of the place for the play sign."""
PAD_PX = 8
STAR_PX = 20
ICON_PX = 16
REJECTED = 0.4
"""Opacity of what was put aside; the word says it too."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass
class Look:
    """What the delegates share: where the mouse is and what is heard."""

    thumbnails: Thumbnails
    hovered: int = -1
    hovered_column: int = -1
    playing: str = ""
    """The take that is current in the player."""
    is_heard: bool = False
    part: float = 0.0
    """How much of it was heard, 0 to 1."""
    unplayable: str = ""


class CellDelegate(QStyledItemDelegate):
    """Background, dimming and editing; the cells' own drawing follows in `draw`."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.look = look

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell (Qt's hook)."""
        take = index.data(TAKE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _background(painter, option, index, hovered=self.look.hovered == index.row())
        if take.rejected:
            painter.setOpacity(REJECTED)
        painter.setFont(option.font)
        self.draw(painter, option.rect, take, index)
        painter.restore()

    def draw(self, painter: QPainter, rect: QRect, take: Take, index: Index) -> None:
        """Write the cell's text: numbers to the right, words to the left."""
        column = COLUMNS[index.column()]
        text = column.text(take)
        painter.setPen(palette.colour(palette.FAINT if text == NONE else palette.TEXT))
        inner = rect.adjusted(PAD_PX, 0, -PAD_PX, 0)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, _RIGHT if column.number else _LEFT, shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row (Qt's hook)."""
        return QSize(COLUMNS[index.column()].width, ROW_PX)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return a line to type into (Qt's hook)."""
        editor = QLineEdit(parent)
        take, column = index.data(TAKE), COLUMNS[index.column()]
        names = {"name": _("Name of {take}"), "tags": _("Tags of {take}"), "note": _("Note on {take}")}
        name = wording.take_name(take, full=False)
        editor.setAccessibleName(names[column.editable].format(take=name))
        editor.setToolTip(_("{what} (Enter keeps it, Esc does not)").format(what=_(column.tip)))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Show what is there, unless somebody is typing: news of the row must not overwrite that (Qt's hook)."""
        if isinstance(editor, QLineEdit) and not editor.isModified():
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand over what was typed (Qt's hook)."""
        if isinstance(editor, QLineEdit):
            model.setData(model.index(index.row(), index.column()), editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Put the line in the middle of the row (Qt's hook)."""
        height = editor.sizeHint().height()
        rect = QRect(option.rect)
        left = PLAY_PX if COLUMNS[index.column()].name == "take" else 0
        editor.setGeometry(rect.left() + left, rect.center().y() - height // 2, rect.width() - left, height)


class TakeDelegate(CellDelegate):
    """Play sign, name and, under it, how the take was made."""

    def draw(self, painter: QPainter, rect: QRect, take: Take, index: Index) -> None:
        """Draw the sign and two lines."""
        self._draw_sign(painter, rect, take, index.row())
        inner = rect.adjusted(PLAY_PX + PAD_PX, 4, -PAD_PX, -4)
        top, bottom = QRect(inner), QRect(inner)
        top.setHeight(inner.height() // 2)
        bottom.setTop(top.bottom() + 1)
        metrics = painter.fontMetrics()
        small = _small(painter.font())
        instant = _("instant") if take.is_instant else ""
        room = top.width() - (_mark_width(small, instant) + PAD_PX if instant else 0)
        title = wording.take_title(take, full=False)
        name = metrics.elidedText(title, Qt.TextElideMode.ElideRight, max(24, room))
        painter.setPen(palette.colour(palette.TEXT))
        painter.drawText(top, _LEFT, name)
        painter.setFont(small)
        if instant:
            _draw_mark(painter, top.left() + metrics.horizontalAdvance(name) + PAD_PX, top, instant)
        is_missing = self.look.thumbnails.is_missing(take.audio)
        facts = _("Its sound file is missing") if is_missing else short_facts(take)
        painter.setPen(palette.colour(palette.BAD if is_missing else palette.MUTED))
        shown = painter.fontMetrics().elidedText(facts, Qt.TextElideMode.ElideRight, bottom.width())
        painter.drawText(bottom, _LEFT, shown)

    def _draw_sign(self, painter: QPainter, rect: QRect, take: Take, row: int) -> None:
        look = self.look
        is_current = look.playing == take.id
        if look.thumbnails.is_missing(take.audio):
            name, colour = "warning", palette.BAD
        elif look.unplayable:
            name, colour = "play", palette.FAINT
        else:
            name = "pause" if is_current and look.is_heard else "play"
            colour = palette.TAKE if is_current or look.hovered == row else palette.MUTED
        place = QRect(0, 0, 20, 20)
        place.moveCenter(QRect(rect.left(), rect.top(), PLAY_PX + PAD_PX, rect.height()).center())
        icons.icon(name, colour).paint(painter, place)


class SoundDelegate(CellDelegate):
    """The waveform; the part that was heard is bright."""

    def draw(self, painter: QPainter, rect: QRect, take: Take, index: Index) -> None:
        """Draw the bars, or a line where there are none yet."""
        look = self.look
        inner = rect.adjusted(PAD_PX, 10, -PAD_PX, -10)
        if inner.width() < 16:
            return
        density = painter.device().devicePixelRatioF()
        colour = palette.MUTED if take.rejected else palette.TAKE
        bars = look.thumbnails.pixmap(take.audio, inner.width(), inner.height(), density, colour)
        if bars is None:
            painter.setPen(palette.colour(palette.LINE))
            painter.drawLine(inner.left(), inner.center().y(), inner.right(), inner.center().y())
            return
        before = painter.opacity()
        heard = round(inner.width() * look.part) if look.playing == take.id else 0
        painter.setOpacity(before * 0.55)
        painter.drawPixmap(inner.topLeft(), bars)
        if heard > 0:
            painter.setOpacity(before)
            painter.setClipRect(QRect(inner.left(), inner.top(), heard, inner.height()))
            painter.drawPixmap(inner.topLeft(), bars)
            painter.setClipping(False)
        if look.hovered == index.row() and look.hovered_column == index.column() and not look.unplayable:
            _draw_play_over(painter, inner, "pause" if look.playing == take.id and look.is_heard else "play")


class StarsDelegate(CellDelegate):
    """Five stars; under the mouse, those that a click would give."""

    def draw(self, painter: QPainter, rect: QRect, take: Take, index: Index) -> None:
        """Draw the stars."""
        for number in range(1, MOST_STARS + 1):
            is_full = number <= take.stars
            name, colour = ("star-full", palette.TAKE) if is_full else ("star", palette.FAINT)
            place = QRect(0, 0, ICON_PX, ICON_PX)
            left = rect.left() + PAD_PX // 2 + (number - 1) * STAR_PX
            place.moveCenter(QRect(left, rect.top(), STAR_PX, rect.height()).center())
            icons.icon(name, colour).paint(painter, place)


class TagsDelegate(CellDelegate):
    """Each tag in a little frame."""

    def draw(self, painter: QPainter, rect: QRect, take: Take, index: Index) -> None:
        """Draw as many tags as there is room for."""
        painter.setFont(_small(painter.font()))
        left, right = rect.left() + PAD_PX, rect.right() - PAD_PX
        for place, tag in enumerate(take.tags):
            if left + _mark_width(painter.font(), tag) > right:
                painter.setPen(palette.colour(palette.MUTED))
                rest = painter.fontMetrics().elidedText(
                    ", ".join(take.tags[place:]), Qt.TextElideMode.ElideRight, right - left
                )
                painter.drawText(QRect(left, rect.top(), right - left, rect.height()), _LEFT, rest)
                return
            left = _draw_mark(painter, left, rect, tag) + 4


class InspiresDelegate(CellDelegate):
    """A sign and a word: a full dot for yes, a ring for maybe, a dash for no."""

    def draw(self, painter: QPainter, rect: QRect, take: Take, index: Index) -> None:
        """Draw them, or the usual dash where nobody was asked."""
        inspires = take.marks.inspires if take.marks is not None else ""
        if not inspires:
            super().draw(painter, rect, take, index)
            return
        colour = palette.colour(palette.MUTED if inspires == NO else palette.TAKE)
        place = QRectF(rect.left() + PAD_PX + 0.5, rect.center().y() - 3.5, 8, 8)
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(colour if inspires == YES else Qt.BrushStyle.NoBrush)
        if inspires == NO:
            painter.drawLine(QPointF(place.left(), place.center().y()), QPointF(place.right(), place.center().y()))
        else:
            painter.drawEllipse(place)
        painter.setPen(palette.colour(palette.MUTED if inspires == NO else palette.TEXT))
        inner = rect.adjusted(PAD_PX + 16, 0, -PAD_PX, 0)
        text = COLUMNS[index.column()].text(take)
        painter.drawText(
            inner, _LEFT, painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        )


def star_at(rect: QRect, x: int) -> int:
    """Return the number of the star at a place of a cell, 0 for none."""
    number = (x - rect.left() - PAD_PX // 2) // STAR_PX + 1
    return number if 1 <= number <= MOST_STARS else 0


def delegate_of(column: str) -> type[CellDelegate]:
    """Return how a column is painted."""
    special = {
        "take": TakeDelegate,
        "sound": SoundDelegate,
        "stars": StarsDelegate,
        "tags": TagsDelegate,
        "inspires": InspiresDelegate,
    }
    return special.get(column, CellDelegate)


def _background(painter: QPainter, option: QStyleOptionViewItem, index: Index, *, hovered: bool) -> None:
    """Paint this cell's part of the row's rounded background: chosen, under the mouse, and the keyboard's frame."""
    is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
    if not is_selected and not hovered:
        return
    view = option.widget
    assert isinstance(view, QAbstractItemView)
    row = QRectF(0.5, option.rect.top() + 1.5, view.viewport().width() - 1, option.rect.height() - 3)
    path = QPainterPath()
    path.addRoundedRect(row, 7, 7)
    painter.setClipRect(option.rect)
    painter.fillPath(path, palette.colour(palette.HOVER if is_selected else palette.RAISED))
    has_focus = view.hasFocus() and view.currentIndex().row() == index.row()
    if is_selected and has_focus:
        painter.setPen(QPen(palette.colour(palette.FAINT), 1))
        painter.drawPath(path)
    painter.setClipping(False)


def _draw_play_over(painter: QPainter, rect: QRect, name: str) -> None:
    """Draw the play sign on a dark disc in the middle of a waveform."""
    disc = QRect(0, 0, 28, 28)
    disc.moveCenter(rect.center())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.colour(palette.WINDOW, 0.85))
    painter.drawEllipse(disc)
    sign = QRect(0, 0, ICON_PX, ICON_PX)
    sign.moveCenter(disc.center())
    icons.icon(name, palette.TAKE).paint(painter, sign)


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(max(9, font.pixelSize() - 1))
    return small


def _mark_width(font: QFont, text: str) -> int:
    return QFontMetrics(font).horizontalAdvance(text) + 12


def _draw_mark(painter: QPainter, left: int, rect: QRect, text: str) -> int:
    """Draw a word in a little frame and return where it ends."""
    width, height = _mark_width(painter.font(), text), painter.fontMetrics().height() + 2
    frame = QRectF(left + 0.5, rect.center().y() - height / 2 + 0.5, width, height)
    painter.setPen(QPen(palette.colour(palette.TAKE_DEEP), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(frame, 6, 6)
    painter.setPen(palette.colour(palette.TAKE))
    painter.drawText(frame, _CENTRE, text)
    return left + width
