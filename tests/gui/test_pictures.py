"""What the pictures draw, and that all show the same time at the same pixel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from musemate.analysis.cepstrum import mfcc_picture
from musemate.analysis.chromapicture import chroma_picture
from musemate.analysis.logspectrum import stft_picture
from musemate.analysis.peaks import Peaks
from musemate.analysis.spectra import mel_picture
from musemate.audio.clip import AudioClip
from musemate.gui import colourmaps, palette
from musemate.gui.clipview import ClipView
from musemate.gui.grid import Grid
from musemate.gui.lane import Lane
from musemate.gui.lanes import ABOVE, ALONE, DIFFERENCE, LAYERS, OVERLAID, USUAL, Lanes
from musemate.gui.maplane import DifferenceLane, MapLane
from musemate.gui.notes import note
from musemate.gui.ruler import LEFT_PX, time_ticks
from musemate.gui.stage import snap
from musemate.gui.wavelane import FILL, OUTLINE, WaveLane, channel_ink, sample_columns
from musemate.project.records import Beats

RATE_HZ = 8_000


def clip_of(*parts: tuple[float, float]) -> AudioClip:
    """Return a tone of the given seconds and levels, one after the other."""
    samples = np.concatenate([np.full(round(seconds * RATE_HZ), level) for seconds, level in parts])
    samples[1::2] *= -1
    return AudioClip(samples.astype(np.float32), RATE_HZ)


def sine(hz: float, seconds: float = 4.0, level: float = 0.5) -> AudioClip:
    """Return a sine."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return AudioClip((level * np.sin(2 * np.pi * hz * time_s)).astype(np.float32), RATE_HZ)


def painted(lane: Lane, start_s: float, end_s: float, width: int = 400, height: int = 100) -> QImage:
    """Return what a lane draws on black."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    lane.paint(painter, QRect(0, 0, width, height), start_s, end_s)
    painter.end()
    return image


def lightness(image: QImage) -> np.ndarray:
    """Return the lightness of all pixels, 0-255."""
    return np.array([[image.pixelColor(x, y).lightness() for x in range(image.width())] for y in range(image.height())])


@pytest.fixture
def view(qtbot: QtBot, style: None) -> ClipView:
    clip = clip_of((1.0, 0.0), (1.0, 0.8), (2.0, 0.0))
    result = ClipView()
    qtbot.addWidget(result)
    result.resize(844, 400)
    result.show_nothing(clip.duration_s)
    result.show_picture(Peaks.of(clip))
    result.show_picture(mel_picture(clip))
    result.show()
    qtbot.waitExposed(result)
    return result


# what a lane draws


def test_wave_is_drawn_where_the_sound_is() -> None:
    lane = WaveLane()
    lane.set_peaks(Peaks.of(clip_of((1.0, 0.0), (1.0, 0.8), (2.0, 0.0))))
    seen = lightness(painted(lane, 0.0, 4.0))[[20, 45]] > 20
    assert seen[0, 103:197].all()
    assert not seen[:, :97].any()
    assert not seen[:, 203:].any()


def test_a_wave_that_begins_later_is_drawn_later() -> None:
    lane = WaveLane()
    lane.set_peaks(
        Peaks.of(
            clip_of(
                (1.0, 0.8),
            )
        )
    )
    lane.offset_s = 2.0
    seen = lightness(painted(lane, 0.0, 4.0))[20] > 20
    assert np.flatnonzero(seen)[[0, -1]] == pytest.approx([200, 299], abs=2)


def test_ink_of_a_channel_covers_exactly_its_span() -> None:
    columns = np.array([[-0.5], [1.0], [0.25]], dtype=np.float32)
    ink = channel_ink(columns, 100, FILL)[:, 0]
    # the values -1 to 1 reach over 92 of 100 pixels: the span lies from pixel 4 to 73, the RMS from 38.5 to 61.5
    np.testing.assert_array_equal(ink[[3, 4, 37, 40, 60, 72, 73]], [0, 107, 107, 242, 242, 107, 0])
    line = channel_ink(np.repeat(columns, 9, axis=1), 100, OUTLINE)[:, 4]
    assert np.flatnonzero(line > 100).tolist() == [3, 4, 72, 73]


def test_silence_is_a_solid_line() -> None:
    ink = channel_ink(np.zeros((3, 5), dtype=np.float32), 51, FILL)
    assert (ink[25] > 230).all()
    assert not np.delete(ink, 25, axis=0).any()


def test_mel_is_bright_where_the_sound_is() -> None:
    lane = MapLane("mel")
    lane.picture = mel_picture(clip_of((1.0, 0.0), (1.0, 0.8), (2.0, 0.0)))
    bright = lightness(painted(lane, 0.0, 4.0)).max(axis=0)
    assert bright[150] > 2 * max(bright[50], bright[350])


@pytest.mark.parametrize("stretch", [(0.0, 4.0), (0.9, 1.2)])
def test_a_map_draws_a_time_at_its_pixel_from_far_and_near(stretch: tuple[float, float]) -> None:
    lane = MapLane("mel")
    samples = np.zeros(4 * RATE_HZ, dtype=np.float32)
    samples[RATE_HZ] = 1.0  # a click at 1 s
    lane.picture = mel_picture(AudioClip(samples, RATE_HZ))
    bright = lightness(painted(lane, *stretch)).sum(axis=0).astype(float)
    loud = bright - bright.min()
    place = float((loud * (np.arange(400) + 0.5)).sum() / loud.sum())
    assert place == pytest.approx((1.0 - stretch[0]) / (stretch[1] - stretch[0]) * 400, abs=3)


def test_every_map_shows_a_tone_at_its_row() -> None:
    for draw, layer in ((stft_picture, "stft"), (chroma_picture, "chroma"), (mfcc_picture, "mfcc")):
        lane = MapLane(layer)
        lane.picture = draw(sine(440.0))
        assert lane.value_at(2.0, 0.5)
    lane = MapLane("chroma")
    lane.picture = chroma_picture(sine(440.0))
    assert lane.value_at(2.0, 9.5 / 12) == "A  ·  100% of the strongest"
    lane = MapLane("stft")
    lane.picture = picture = stft_picture(sine(440.0))
    row = int(np.abs(picture.rows - 440.0).argmin())
    assert picture.value_at(2.0, row) == pytest.approx(-6.0, abs=1.5)
    assert "A4" in lane.value_at(2.0, (row + 0.5) / len(picture.rows))


def test_difference_is_in_decibels_and_nothing_where_one_is_missing() -> None:
    fragment, take = MapLane("mel"), MapLane("mel")
    fragment.picture, take.picture = mel_picture(sine(500.0, 4.0, 0.2)), mel_picture(sine(500.0, 2.0, 0.4))
    take.offset_s = 1.0
    lane = DifferenceLane(fragment, take)
    difference = lane.difference_db(0.0, 4.0, 400)
    row = int(np.abs(take.picture.rows - 500.0).argmin())
    assert difference[row, 200] == pytest.approx(20 * np.log10(2), abs=0.5)
    assert not difference[:, :99].any()
    assert not difference[:, 302:].any()
    assert "take 6 dB louder" in lane.value_at(2.0, (row + 0.5) / len(take.picture.rows))


def test_two_clips_of_other_rates_are_compared_by_frequency() -> None:
    fragment, take = MapLane("mel"), MapLane("mel")
    time_s = np.arange(4 * 16_000) / 16_000
    fragment.picture = mel_picture(AudioClip((0.5 * np.sin(2 * np.pi * 500 * time_s)).astype(np.float32), 16_000))
    take.picture = mel_picture(sine(500.0))
    difference = DifferenceLane(fragment, take).difference_db(1.0, 3.0, 50)
    row = int(np.abs(take.picture.rows - 500.0).argmin())
    assert np.abs(difference[row]).max() < 3.0


# colours


@pytest.mark.parametrize("paper", ["#14161a", "#eef0f4"])
def test_steps_of_level_look_alike_on_dark_and_light(paper: str) -> None:
    table = colourmaps._levels(paper)
    light = np.array([colourmaps.to_oklab(QColor(int(value)).name())[0] for value in table])
    # of four colours together: between two, rounding to 8 bits says more than the map
    steps = (light[4:] - light[:-4]) * np.sign(light[-1] - light[0])
    assert (steps > 0).all()
    assert abs(light[-1] - light[0]) > 0.7
    assert steps.std() < 0.2 * steps.mean()
    assert QColor(int(table[0])).name() == paper


def test_no_difference_is_paper() -> None:
    table = colourmaps._differences("#5cc4ba", "#14161a", "#f0a65c")
    assert np.abs(colourmaps.to_oklab(QColor(int(table[127])).name()) - colourmaps.to_oklab("#14161a")).max() < 0.01
    assert (QColor(int(table[0])).name(), QColor(int(table[255])).name()) == ("#5cc4ba", "#f0a65c")


# places


@pytest.mark.parametrize("stretch", [(0.0, 4.0), (0.7, 2.3), (1.5, 1.52)])
def test_all_pictures_show_a_time_at_the_same_pixel(view: ClipView, stretch: tuple[float, float]) -> None:
    view.set_layers(LAYERS)
    view.show_stretch(*stretch)
    assert {rect.left() for rect in view.canvas.rects()} == {LEFT_PX}
    assert {rect.width() for rect in view.canvas.rects()} == {view.canvas.plot_width}
    for time_s in np.linspace(*stretch, 5):
        assert view.canvas.time_of(view.canvas.x_of(time_s)) == pytest.approx(time_s)
    ticks = time_ticks(*stretch, view.canvas.plot_width)
    assert all(stretch[0] - 1e-9 <= time_s <= stretch[1] + 1e-9 for time_s, _ in ticks)
    assert len({text for _, text in ticks}) == len(ticks) >= 2


def test_view_never_leaves_the_clip(view: ClipView) -> None:
    view.zoom(8.0)
    first, last = view.visible_s
    assert last - first == pytest.approx(0.5)
    view.zoom(100.0)
    assert np.diff(view.visible_s) == pytest.approx([0.02])
    view.zoom(1e-6)
    assert view.visible_s == pytest.approx((0.0, 4.0))
    view.show_stretch(3.0, 3.5)
    view.timeline.scroll(5.0)
    assert view.visible_s == pytest.approx((3.5, 4.0))


def test_a_cursor_that_moves_draws_no_picture_anew(view: ClipView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: view.canvas.n_drawn > 0)
    before = view.canvas.n_drawn
    for step in range(20):
        view.set_cursor(0.1 * step)
        view.canvas.repaint(view.canvas.rect())
    assert view.canvas.n_drawn == before
    shown = view.canvas.grab().toImage()
    place = view.place_of(view.canvas.cursor_s)
    assert shown.pixelColor(place.x(), 4).lightness() > 120
    view.timeline.zoom(2.0)
    view.canvas.grab()
    assert view.canvas.n_drawn > before


def test_many_pictures_scroll_instead_of_growing_the_window(view: ClipView) -> None:
    least = view.minimumSizeHint()
    view.compare(0.0, ("Take", "Song"))
    view.set_mode(ABOVE)
    view.set_layers(LAYERS)
    assert len(view.canvas.lanes) == 10
    assert view.minimumSizeHint() == least
    assert all(rect.height() >= 40 for rect in view.canvas.rects())


@pytest.mark.x11
def test_overview_scrolls(view: ClipView, qtbot: QtBot) -> None:
    view.show_stretch(0.0, 1.0)
    x = LEFT_PX + round(view.canvas.plot_width * 0.75)
    qtbot.mouseClick(view.overview, Qt.MouseButton.LeftButton, pos=view.overview.rect().center().__class__(x, 10))
    assert view.visible_s == pytest.approx((2.5, 3.5), abs=0.02)


# two sounds


def test_modes_choose_the_lanes() -> None:
    lanes = Lanes()
    lanes.main.place(is_take=True, name="Take 1")
    lanes.other.place(is_take=False, name="Song")
    lanes.mode = ABOVE
    assert lanes.chosen() == [lanes.main.wave, lanes.main.maps["mel"]], "nothing to compare with yet"
    lanes.has_other = True
    assert [lane.heading for lane in lanes.chosen()] == [
        "Song", "Take 1", "Song · Mel spectrogram", "Take 1 · Mel spectrogram",
    ]  # fmt: skip
    lanes.mode = OVERLAID
    assert lanes.chosen()[1] is lanes.main.maps["mel"], "the spectrogram stays the take's"
    lanes.mode = DIFFERENCE
    assert isinstance(lanes.chosen()[1], DifferenceLane)
    lanes.mode, lanes.layers = ALONE, USUAL
    assert [lane.heading for lane in lanes.chosen()] == ["", "Mel spectrogram"]


def test_two_waves_are_drawn_at_one_scale() -> None:
    lanes = Lanes()
    lanes.main.show(Peaks.of(clip_of((1.0, 0.4))))
    lanes.other.show(Peaks.of(clip_of((1.0, 0.8))))
    lanes.has_other, lanes.mode = True, ABOVE
    lanes.main.place(is_take=True)
    fragment, take = lanes.chosen()[:2]
    heights = [int((lightness(painted(lane, 0.0, 1.0))[:, 200] > 20).sum()) for lane in (fragment, take)]
    assert heights[0] == pytest.approx(2 * heights[1], abs=2)


# the region


@pytest.mark.x11
def test_region_keeps_its_length_when_moved_past_the_end(view: ClipView) -> None:
    view.region.set_bounds(4.0, 0.5, 3.0)
    view.region.set_span(1.0, 2.5)
    view.region.drag("body", view.region.span, 10.0, True)
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
    view.region.drag("start", view.region.span, 0.9, False)
    assert view.region.span == pytest.approx((1.5, 2.0))


@pytest.mark.x11
def test_drawing_to_the_left_keeps_the_point_where_the_mouse_went_down(view: ClipView) -> None:
    view.region.set_bounds(4.0, 0.5, 2.0)
    view.region.draw(3.5, 0.2, True)
    assert view.region.span == pytest.approx((1.5, 3.5))


# samples, notes and beats


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


@pytest.mark.parametrize(
    ("hz", "name"),
    [(440.0, "A4"), (261.626, "C4"), (27.5, "A0"), (442.0, "A4 +8 ct"), (430.0, "A4 −40 ct"), (12_000.0, "")],
)
def test_notes_have_their_names(hz: float, name: str) -> None:
    assert note(hz) == name


def test_grid_counts_bars_and_beats_only_where_the_tempo_is_sure() -> None:
    grid = Grid()
    times = tuple(np.arange(0.25, 10.0, 0.5))
    grid.set_beats(Beats(120.0, 0.9, times, downbeat=1))
    assert [grid.place(time_s) for time_s in (0.3, 0.75, 1.3, 2.75)] == ["", "bar 1.1", "bar 1.2", "bar 2.1"]
    assert grid.place(11.0) == ""
    grid.set_beats(Beats(120.0, 0.3, times, downbeat=1))
    assert grid.place(1.3) == ""


def test_bars_are_drawn_stronger_than_beats() -> None:
    image = QImage(800, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    grid = Grid()
    grid.set_beats(Beats(120.0, 0.9, tuple(np.arange(0.0, 8.0, 0.5)), downbeat=0))
    painter = QPainter(image)
    grid.paint(painter, QRect(0, 0, 800, 40), (0.0, 8.0), with_numbers=False)
    painter.end()
    beat, bar, between = (image.pixelColor(x, 20).lightness() for x in (50, 200, 225))
    assert bar > beat > between == 0
    assert palette.colour(palette.TEXT).lightness() > 200


def test_snap_goes_to_the_nearest_beats_but_never_to_nothing() -> None:
    beats = Beats(120.0, 0.9, tuple(np.arange(0.25, 10.0, 0.5)), downbeat=1)
    assert snap(1.1, 5.4, beats) == pytest.approx((1.25, 5.25))
    assert snap(1.3, 2.1, beats) == (1.3, 2.1)


def test_an_error_while_painting_leaves_no_painter_at_work(
    view: ClipView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error's traceback holds the painter, and Qt aborts when it shows what is still painted on."""
    qtbot.waitUntil(lambda: view.canvas.n_drawn > 0)
    monkeypatch.setattr(view.canvas, "_paint_region", lambda painter, rects: 1 / 0)
    with pytest.raises(ZeroDivisionError) as error:
        view.canvas.repaint()
    assert "painter" in error.traceback[-1].frame.f_locals
    assert not view.canvas.paintingActive()
