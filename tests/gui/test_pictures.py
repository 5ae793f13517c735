"""What the pictures draw, and that both show the same time at the same pixel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from pytestqt.qtbot import QtBot

from musemate.analysis.peaks import Peaks
from musemate.analysis.spectra import mel_picture
from musemate.audio.clip import AudioClip
from musemate.gui import palette
from musemate.gui.clipview import ClipView
from musemate.gui.pictures import MelItem, WaveItem, sample_columns
from musemate.gui.stage import bar_times, snap
from musemate.project.records import Beats

RATE_HZ = 8_000


def clip_of(*parts: tuple[float, float]) -> AudioClip:
    """Return a tone of the given seconds and levels, one after the other."""
    samples = np.concatenate([np.full(round(seconds * RATE_HZ), level) for seconds, level in parts])
    samples[1::2] *= -1
    return AudioClip(samples.astype(np.float32), RATE_HZ)


@pytest.fixture
def view(qtbot: QtBot, style: None) -> ClipView:
    clip = clip_of((1.0, 0.0), (1.0, 0.8), (2.0, 0.0))
    result = ClipView()
    qtbot.addWidget(result)
    result.resize(844, 400)
    result.show_nothing(clip.duration_s)
    result.show_peaks(Peaks.of(clip), palette.FRAGMENT)
    result.show_mel(mel_picture(clip))
    result.show()
    qtbot.waitExposed(result)
    return result


def test_wave_is_drawn_where_the_sound_is() -> None:
    item = WaveItem()
    item.set_peaks(Peaks.of(clip_of((1.0, 0.0), (1.0, 0.8), (2.0, 0.0))), palette.FRAGMENT)
    image = item._drawn(0.0, 4.0, QRectF(0, 0, 400, 100), 1.0)
    assert image is not None
    alpha = np.array([[image.pixelColor(x, y).alpha() for x in range(400)] for y in (20, 49)])
    assert (alpha[0, 103:197] > 80).all()
    assert (alpha[0, :97] == 0).all()
    assert (alpha[0, 203:] == 0).all()


def test_mel_is_bright_where_the_sound_is() -> None:
    item = MelItem()
    item.set_mel(mel_picture(clip_of((1.0, 0.0), (1.0, 0.8), (2.0, 0.0))))
    image = item._drawn(0.0, 4.0, QRectF(0, 0, 401, 64), 2.0)
    assert image is not None
    assert (image.width(), image.height()) == (802, 128)
    bright = [max(image.pixelColor(x, y).lightness() for y in range(128)) for x in (100, 300, 700)]
    assert bright[1] > 2 * max(bright[0], bright[2])


@pytest.mark.parametrize("stretch", [(0.0, 4.0), (0.7, 2.3), (1.5, 1.52)])
def test_both_pictures_show_a_time_at_the_same_pixel(view: ClipView, stretch: tuple[float, float]) -> None:
    view.show_stretch(*stretch)
    for time_s in np.linspace(*stretch, 5):
        columns = [view.mapFromScene(box.mapViewToScene(QPointF(time_s, 0.5))).x() for box in view._boxes]
        assert columns[0] == columns[1]


def test_region_keeps_its_length_when_moved_past_the_end(view: ClipView) -> None:
    view.region.set_bounds(4.0, 0.5, 3.0)
    view.region.set_span(1.0, 2.5)
    view.region._on_dragged(10.0, True)
    assert view.region.span == pytest.approx((2.5, 4.0))


@pytest.mark.parametrize(
    ("wanted", "got"),
    [((1.0, 1.1), (1.0, 1.5)), ((0.0, 4.0), (0.0, 3.0)), ((-1.0, 1.0), (0.0, 2.0)), ((3.8, 4.5), (3.3, 4.0))],
)
def test_region_is_cut_to_what_is_allowed(
    view: ClipView, wanted: tuple[float, float], got: tuple[float, float]
) -> None:
    view.region.set_bounds(4.0, 0.5, 3.0)
    view.region.set_span(*wanted)
    assert view.region.span == pytest.approx(got)


def test_left_handle_leaves_the_right_one_where_it_is(view: ClipView) -> None:
    view.region.set_bounds(4.0, 0.5, 2.0)
    view.region.set_span(1.0, 2.0)
    view.region._items[1].lines[0].setValue(1.9)
    assert view.region.span == pytest.approx((1.5, 2.0))
    assert view.region._items[0].getRegion() == pytest.approx((1.5, 2.0))


def test_drawing_to_the_left_keeps_the_point_where_the_mouse_went_down(view: ClipView) -> None:
    view.region.set_bounds(4.0, 0.5, 2.0)
    view.region.draw(3.5, 0.2, True)
    assert view.region.span == pytest.approx((1.5, 3.5))


def test_view_never_leaves_the_clip(view: ClipView) -> None:
    view.zoom(8.0)
    first, last = view.visible_s
    assert last - first == pytest.approx(0.5)
    view.zoom(100.0)
    view.zoom(1e-6)
    assert view.visible_s == pytest.approx((0.0, 4.0))


def test_sample_columns_find_every_sample() -> None:
    samples = np.zeros((1, 800), dtype=np.float32)
    samples[0, 123] = 0.9
    columns = sample_columns(AudioClip(samples, RATE_HZ), 0.0, 0.1, 100)
    assert columns.shape == (3, 1, 100)
    assert columns[1, 0, 15] == pytest.approx(0.9)
    assert columns[1, 0, [13, 17]] == pytest.approx([0.0, 0.0])


def test_sample_columns_between_two_samples_follow_the_line() -> None:
    samples = np.array([[0.0, 1.0, 0.0]], dtype=np.float32)
    low, high, _ = sample_columns(AudioClip(samples, RATE_HZ), 0.0, 2 / RATE_HZ, 8)[:, 0]
    assert high[:4] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert low[4:] == pytest.approx([0.75, 0.5, 0.25, 0.0])


def test_snap_goes_to_the_nearest_beats_but_never_to_nothing() -> None:
    beats = Beats(120.0, 0.9, tuple(np.arange(0.25, 10.0, 0.5)), downbeat=1)
    assert snap(1.1, 5.4, beats) == pytest.approx((1.25, 5.25))
    assert snap(1.3, 2.1, beats) == (1.3, 2.1)
    assert bar_times(beats)[:3] == pytest.approx([0.75, 2.75, 4.75])
    assert len(bar_times(None)) == 0
