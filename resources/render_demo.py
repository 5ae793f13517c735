"""Renders the demo fragment: 12 bars of rock in A minor at 120 bpm, from nothing but numbers.

    python resources/render_demo.py [FOLDER]

writes demo.flac (24 s, 44.1 kHz, stereo, 16 bit) and demo.json (tempo, key, bar lines and chords, known
because they are what is played) into FOLDER, or beside this script. Strings are plucked by Karplus and
Strong's method (Computer Music Journal 7(2), 1983), driven through a soft-clipping amplifier and a filter in
the place of a loudspeaker; drums are swept sines and shaped noise. The seed is fixed and what rings on after
the last bar is heard under the first one, so the fragment sounds cut out of a running song and can be looped.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyloudnorm
import soundfile
from scipy import ndimage, signal

Wave = npt.NDArray[np.float64]
Random = np.random.Generator

RATE_HZ = 44_100
SEED = 1_984
BPM = 120
BEATS_PER_BAR = 4
STEP = RATE_HZ * 60 / BPM / 4
"""Frames of a sixteenth note, not a whole number."""
BAR = round(16 * STEP)
LOUDNESS_LUFS = -14.0
CEILING = 10 ** (-1.0 / 20)

# The score. One string a bar, one letter a sixteenth note.
CHORDS = ["Am", "F", "C", "G", "Am", "F", "Dm", "E", "Am", "Em", "F", "E"]
N_BARS = len(CHORDS)
N_FRAMES = N_BARS * BAR
ROOTS = {"Am": 45, "F": 41, "C": 48, "G": 43, "Dm": 50, "E": 40, "Em": 40}
"""MIDI notes of the guitar's power chords."""

# O: open chord, o: softer, m: palm-muted, -: silence, .: goes on
GUITAR = [
    "O..mm.O..mm.O.mm", "O..mm.O..mmmO.O.", "O..mm.O..mm.O.mm", "O..mO..mO..-O.o.",
    "O..mm.O.mmmmO.mm", "O..mm.O..mmmO.O.", "O..mmmO..mmmO.mm", "O...O..mO...----",
    "O.......O.....O.", "O.....O.O.......", "O.......O..o..O.", "O...O...O.O.O.o.",
]  # fmt: skip
# 1: root, 8: octave, 5: fifth, a: half a step below the next root
BASS = [
    "1.1.1.1.1.1.8.1.", "1.1.1.1.1.1.5.8.", "1.1.1.1.1.8.5.1.", "1..11..11..-5.a.",
    "1.1.1.1.1.1.8.1.", "1.1.1.1.1.5.8.5.", "1.1.1.8.1.1.5.1.", "1...1..11.8.5.a.",
    "1.1.1.1.1.1.8.1.", "1.1.1.1.5.5.8.a.", "1.1.1.1.1.8.5.8.", "1.1.1.1.1.5.8.a.",
]  # fmt: skip
# capital: loud, small: soft
KICK = [
    "K.....K.K.K.....", "K..k..K.K.......", "K.....K.K.K..k..", "K..K..k.K.......",
    "K.....K.K.K.....", "K..k..K.K.....k.", "K.....K.K.K.....", "K...K..kK.......",
    "K.....K.K.......", "K..k..K.K..k....", "K.....K.K.....K.", "K..k..K.K.......",
]  # fmt: skip
SNARE = [
    "....S.......S...", "....S..s....S..s", "....S.......S...", "....S.......SsSS",
    "....S..s....S...", "....S.......S.s.", "....S..s.s..S...", "....S.......s...",
    "....S.......S...", "....S.......S..s", "....S..s....S...", "....S.......S.SS",
]  # fmt: skip
# H: closed, h: closed and soft, O: open
HATS = [
    "H.h.H.h.H.h.H.h.", "H.h.H.h.H.h.H.O.", "H.h.H.hhH.h.H.h.", "H.h.H.h.H.h.....",
    "H.h.H.h.H.h.H.h.", "H.h.H.hhH.h.H.O.", "H.h.H.h.H.hhH.h.", "H.h.H.h.........",
    *["................"] * 4,
]  # fmt: skip
RIDE = [*["................"] * 8, *["R.r.R.r.R.r.R.r."] * 3, "R.r.R.r.R......."]
CRASH_BARS = (0, 4, 8)
# bar, sixteenth, MIDI note of the drum
TOMS = [(7, 8, 52), (7, 9, 52), (7, 10, 52), (7, 11, 48), (7, 12, 48), (7, 13, 45), (7, 14, 45), (7, 15, 41)]
# bar, beat, beats, MIDI note
LEAD = [
    (0, 2.0, 0.5, 69), (0, 2.5, 0.5, 72), (0, 3.0, 1.0, 76),
    (1, 2.0, 0.5, 69), (1, 2.5, 0.5, 72), (1, 3.0, 1.0, 77),
    (2, 2.0, 0.5, 67), (2, 2.5, 0.5, 72), (2, 3.0, 1.0, 76),
    (3, 2.5, 0.5, 74), (3, 3.0, 0.5, 71), (3, 3.5, 0.5, 67),
    (4, 2.0, 0.5, 69), (4, 2.5, 0.5, 72), (4, 3.0, 0.5, 76), (4, 3.5, 0.5, 74),
    (5, 2.0, 0.5, 69), (5, 2.5, 0.5, 72), (5, 3.0, 1.0, 77),
    (6, 2.0, 1.0, 74), (6, 3.0, 0.5, 72), (6, 3.5, 0.5, 69),
    (7, 0.5, 0.5, 64), (7, 1.0, 0.5, 68), (7, 1.5, 0.5, 71), (7, 2.0, 2.0, 74),
    (8, 0.0, 1.5, 76), (8, 1.5, 0.5, 74), (8, 2.0, 1.0, 72), (8, 3.0, 1.0, 69),
    (9, 0.0, 1.0, 67), (9, 1.0, 0.5, 71), (9, 1.5, 0.5, 74), (9, 2.0, 2.0, 76),
    (10, 0.0, 1.0, 77), (10, 1.0, 0.5, 76), (10, 1.5, 0.5, 72), (10, 2.0, 1.0, 69), (10, 3.0, 1.0, 72),
    (11, 0.0, 1.0, 71), (11, 1.0, 1.0, 68), (11, 2.0, 0.5, 71), (11, 2.5, 0.5, 74), (11, 3.0, 1.0, 68),
]  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """One letter of the score with its place and length in sixteenth notes."""

    bar: int
    step: int
    length: int
    letter: str

    @property
    def frame(self) -> int:
        """Where it starts."""
        return round(self.bar * BAR + self.step * STEP)


def hits(score: list[str]) -> Iterator[Hit]:
    """Read a score: every letter but "." and "-" starts a note that lasts until the next letter."""
    for bar, line in enumerate(score):
        starts = [step for step, letter in enumerate(line) if letter != "."]
        for start, end in zip(starts, [*starts, 16][1:], strict=True):
            if line[start] != "-":
                yield Hit(bar, start, end - start, line[start])


def frequency_hz(midi: float) -> float:
    """Equal temperament, A4 = 440 Hz."""
    return float(440.0 * 2 ** ((midi - 69) / 12))


def place(track: Wave, sound: Wave, frame: float) -> None:
    """Add a sound in the round: what reaches beyond the end is heard at the start."""
    index = (round(frame) + np.arange(len(sound))) % len(track)
    track[index] += sound  # no sound is longer than the track, so no index occurs twice


def band(wave: Wave, low_hz: float | None, high_hz: float | None, order: int = 2) -> Wave:
    """Butterworth filter that keeps what lies between two frequencies (None: open)."""
    if low_hz and high_hz:
        sections = signal.butter(order, [low_hz, high_hz], "bandpass", fs=RATE_HZ, output="sos")
    elif low_hz:
        sections = signal.butter(order, low_hz, "highpass", fs=RATE_HZ, output="sos")
    else:
        sections = signal.butter(order, high_hz, "lowpass", fs=RATE_HZ, output="sos")
    return np.asarray(signal.sosfilt(sections, wave))


def decay(seconds: float, n_frames: int) -> Wave:
    """Fall to 1/1000 in `seconds`."""
    return np.asarray(0.001 ** (np.arange(n_frames) / (seconds * RATE_HZ)))


def in_the_round(wave: Wave) -> Wave:
    """Put the last bar in front, so that filters have settled when the first bar starts."""
    return np.concatenate([wave[-BAR:], wave])


# Strings


def pluck(midi: float, n_frames: int, ring_s: float, softness: float, random: Random) -> Wave:
    """Plucked string (Karplus-Strong): a burst of noise runs round a delay line with a damping filter.

    Parameters
    ----------
    midi : float
        Pitch.
    n_frames : int
        Length, with a fade of 12 ms at its end.
    ring_s : float
        Time in which the fundamental falls to 1/1000.
    softness : float
        0 for a hard pick near the bridge, towards 1 for a thumb.
    """
    period = RATE_HZ / frequency_hz(midi)
    damping = 0.5 * softness  # a weight of d on the neighbour delays by about d frames
    whole = int(period - damping)
    fraction = period - damping - whole
    loop = np.convolve([1 - damping, damping], [1 - fraction, fraction]) * 0.001 ** (period / RATE_HZ / ring_s)
    burst = random.uniform(-1.0, 1.0, whole)
    burst = signal.lfilter([1 - softness], [1, -softness], burst - burst.mean())
    burst -= np.roll(burst, round(0.13 * whole))  # the pick's place on the string silences some partials
    excitation = np.zeros(n_frames)
    excitation[: min(whole, n_frames)] = burst[:n_frames] / (np.abs(burst).max() + 1e-9)
    string = signal.lfilter([1.0], np.concatenate([[1.0], np.zeros(whole - 1), -loop]), excitation)
    fade = np.minimum(1.0, np.arange(n_frames)[::-1] / (0.012 * RATE_HZ))
    return np.asarray(string * fade)


def vibrato(wave: Wave, cents: float, random: Random) -> Wave:
    """Bend a tone slowly up and down, setting in after a quarter of a second."""
    time_s = np.arange(len(wave)) / RATE_HZ
    rate_hz = random.uniform(5.0, 5.6)
    depth_s = (2 ** (cents / 1200) - 1) / (2 * np.pi * rate_hz) * np.clip((time_s - 0.25) / 0.3, 0, 1)
    return np.interp(time_s + depth_s * np.sin(2 * np.pi * rate_hz * time_s), time_s, wave)


def amplifier(wave: Wave, drive: float) -> Wave:
    """Distort at four times the rate, which keeps aliases out, then filter like a loudspeaker."""
    tight = band(in_the_round(wave), 140.0, 6_500.0)
    hot = signal.resample_poly(tight / np.sqrt(np.mean(tight**2)), 4, 1)
    warm = np.tanh(drive * hot + 0.15)
    clipped = signal.resample_poly(np.tanh(1.6 * (warm - warm.mean())), 1, 4)
    cabinet = band(clipped, 85.0, 5_200.0, order=3)
    cabinet = cabinet + 0.7 * band(clipped, 1_900.0, 3_200.0) + 0.4 * band(clipped, 100.0, 180.0)
    return np.asarray(cabinet[BAR:])


def rhythm_guitar(random: Random) -> Wave:
    """One take of the power chords: root, fifth and octave, each player a little different."""
    track = np.zeros(N_FRAMES)
    detune = random.uniform(-0.04, 0.04)
    for hit in hits(GUITAR):
        n_frames = round(hit.length * STEP)
        muted = hit.letter == "m"
        level = {"O": 1.0, "o": 0.75, "m": 0.62}[hit.letter] * random.uniform(0.9, 1.05)
        start = hit.frame + random.normal(0.0, 0.003) * RATE_HZ
        for string, interval in enumerate((0, 7) if muted else (0, 7, 12)):
            pitch = ROOTS[CHORDS[hit.bar]] + interval + detune + random.normal(0.0, 0.015)
            tone = pluck(pitch, n_frames, 0.35 if muted else 4.0, 0.75 if muted else 0.35, random)
            place(track, level * tone, start + string * 0.0025 * RATE_HZ)
    return amplifier(track, 1.6)


def lead_guitar(random: Random) -> Wave:
    """The melody, with vibrato on the long notes and a short echo."""
    track = np.zeros(N_FRAMES)
    for bar, beat, beats, midi in LEAD:
        tone = vibrato(pluck(midi, round(beats * 4 * STEP), 5.0, 0.3, random), 18.0, random)
        start = bar * BAR + beat * 4 * STEP + random.normal(0.0, 0.004) * RATE_HZ
        place(track, random.uniform(0.9, 1.0) * tone, start)
    tone = amplifier(track, 2.2)
    return tone + 0.22 * np.roll(tone, round(3 * STEP))


def bass_guitar(random: Random) -> Wave:
    """Eighth notes on the roots, an octave under the guitar, slightly driven."""
    track = np.zeros(N_FRAMES)
    for hit in hits(BASS):
        root = ROOTS[CHORDS[hit.bar]] - 12
        following = ROOTS[CHORDS[(hit.bar + 1) % N_BARS]] - 12
        midi = {"1": root, "5": root + 7, "8": root + 12, "a": following - 1}[hit.letter]
        tone = pluck(midi, round(hit.length * STEP * 0.95), 2.5, 0.85, random)
        accent = 1.0 if hit.step % 4 == 0 else 0.82
        place(track, accent * random.uniform(0.92, 1.0) * tone, hit.frame + random.normal(0.0, 0.003) * RATE_HZ)
    deep = band(in_the_round(track), 35.0, 2_500.0)
    return np.asarray(band(np.tanh(1.4 * deep / np.sqrt(np.mean(deep**2))), 35.0, 3_000.0)[BAR:])


# Drums


def swept(start_hz: float, end_hz: float, sweep_s: float, ring_s: float) -> Wave:
    """Sine that falls from one pitch to another and dies away: the skin of a drum."""
    n_frames = round(ring_s * RATE_HZ)
    hertz = end_hz + (start_hz - end_hz) * decay(sweep_s * 3, n_frames)
    return np.asarray(np.sin(2 * np.pi * np.cumsum(hertz) / RATE_HZ) * decay(ring_s, n_frames))


def noise(seconds: float, random: Random) -> Wave:
    """White noise that dies away."""
    n_frames = round(seconds * RATE_HZ)
    return np.asarray(random.normal(0.0, 0.3, n_frames) * decay(seconds, n_frames))


def kick(random: Random) -> Wave:
    """Bass drum: falling sine and the beater's click."""
    sound = swept(165.0, 48.0 + random.uniform(-1, 1), 0.035, 0.42)
    click = band(noise(0.02, random), 1_500.0, 6_000.0)
    sound[: len(click)] += 1.2 * click
    return np.tanh(1.8 * sound)


def snare(random: Random) -> Wave:
    """Snare drum: two modes of the skin under the rattle of the wires."""
    sound = 1.2 * band(noise(0.26, random), 900.0, 9_500.0)
    for hertz, level in ((186.0, 0.75), (331.0, 0.4)):
        mode = swept(1.4 * hertz, hertz + random.uniform(-2, 2), 0.02, 0.16)
        sound[: len(mode)] += level * mode
    return np.tanh(1.6 * sound)


def metal(seconds: float, low_hz: float, random: Random) -> Wave:
    """Cymbal: many unrelated partials and noise, high-passed."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    partials = random.uniform(2_500.0, 11_000.0, 40)
    phases = random.uniform(0.0, 2 * np.pi, 40)
    ring = np.sin(2 * np.pi * partials[:, None] * time_s + phases[:, None]).sum(axis=0) / 14.0
    envelope = np.minimum(1.0, time_s / 0.002) * decay(seconds, len(time_s))
    return band((0.5 * ring + random.normal(0.0, 0.3, len(time_s))) * envelope, low_hz, None)


def drum_track(score: list[str], sounds: dict[str, tuple[float, list[Wave]]], random: Random) -> Wave:
    """Play a line of the drums; each letter has a level and several renderings that take turns by chance."""
    track = np.zeros(N_FRAMES)
    for hit in hits(score):
        level, variants = sounds[hit.letter]
        sound = variants[random.integers(len(variants))]
        start = hit.frame + np.clip(random.normal(0.0, 0.0015), -0.004, 0.004) * RATE_HZ
        place(track, level * random.uniform(0.85, 1.0) * sound, start)
    return track


def drums(random: Random) -> Wave:
    """The whole kit, shape (2, frames): kick and snare in the middle, metal and toms around."""
    kicks = [kick(random) for _ in range(3)]
    snares = [snare(random) for _ in range(5)]
    closed = [metal(0.09, 6_500.0, random) for _ in range(5)]
    opened = [metal(0.45, 5_500.0, random) for _ in range(2)]
    rides = [metal(0.9, 4_500.0, random) for _ in range(4)]
    kit = np.tile(drum_track(KICK, {"K": (1.0, kicks), "k": (0.6, kicks)}, random), (2, 1))
    kit += drum_track(SNARE, {"S": (0.8, snares), "s": (0.3, snares)}, random)
    hats = drum_track(HATS, {"H": (0.5, closed), "h": (0.28, closed), "O": (0.45, opened)}, random)
    ride = drum_track(RIDE, {"R": (0.26, rides), "r": (0.15, rides)}, random)
    kit += np.array([[0.75], [1.15]]) * hats + np.array([[1.2], [0.7]]) * ride
    for bar in CRASH_BARS:
        for channel in kit:  # a crash of its own for each side makes it wide
            place(channel, 0.42 * metal(2.4, 3_000.0, random), bar * BAR)
    for number, (bar, step, midi) in enumerate(TOMS):
        hertz = frequency_hz(midi)
        tom = 0.75 * random.uniform(0.85, 1.0) * np.tanh(1.5 * swept(1.5 * hertz, hertz, 0.05, 0.4))
        right = number / (len(TOMS) - 1)
        place(kit[0], (1.1 - 0.5 * right) * tom, bar * BAR + step * STEP)
        place(kit[1], (0.6 + 0.5 * right) * tom, bar * BAR + step * STEP)
    return kit


# Mix


def room(stereo: Wave, random: Random) -> Wave:
    """Reverberation of a small live room: half a second of filtered noise, convolved in the round."""
    n_frames = round(0.55 * RATE_HZ)
    answer = random.normal(0.0, 1.0, (2, n_frames)) * decay(0.55, n_frames)
    answer[:, : round(0.009 * RATE_HZ)] = 0.0
    answer = np.stack([band(channel, 250.0, 5_500.0, order=1) for channel in answer])
    answer /= np.sqrt(np.sum(answer**2, axis=1, keepdims=True))
    spectrum = np.fft.rfft(stereo) * np.fft.rfft(answer, n=stereo.shape[1])
    return np.asarray(np.fft.irfft(spectrum, n=stereo.shape[1]))


def limited(stereo: Wave) -> Wave:
    """Turn down around peaks above the ceiling (6 ms ahead and after), both sides alike."""
    reach = round(0.006 * RATE_HZ)
    gain = np.minimum(1.0, CEILING / np.maximum(np.abs(stereo).max(axis=0), 1e-9))
    lowest = ndimage.minimum_filter1d(gain, 2 * reach + 1, mode="wrap")
    return np.asarray(stereo * ndimage.uniform_filter1d(lowest, 2 * reach + 1, mode="wrap"))


def level(wave: Wave, rms: float) -> Wave:
    """Bring a track to an RMS level."""
    return np.asarray(wave * (rms / np.sqrt(np.mean(wave**2))))


def mix() -> Wave:
    """Render and mix everything, shape (2, frames)."""
    randoms = [np.random.default_rng([SEED, part]) for part in range(6)]
    kit = level(drums(randoms[0]), 0.115)
    left, right = level(rhythm_guitar(randoms[1]), 0.1), level(rhythm_guitar(randoms[2]), 0.1)
    bass, lead = level(bass_guitar(randoms[3]), 0.09), level(lead_guitar(randoms[4]), 0.058)
    guitars = np.stack([left + 0.12 * right, right + 0.12 * left])
    stereo = kit + guitars + bass + np.array([[0.95], [1.05]]) * lead
    stereo = stereo + room(0.22 * kit + 0.10 * guitars + 0.25 * lead, randoms[5])
    meter = pyloudnorm.Meter(RATE_HZ)
    for _ in range(3):  # the limiter takes some loudness away, so approach it
        gain_db = LOUDNESS_LUFS - meter.integrated_loudness(stereo.T)
        stereo = limited(stereo * 10 ** (gain_db / 20))
    return stereo


def truth() -> dict[str, object]:
    """What is known about the fragment because it was written so."""
    return {
        "title": "Demo",
        "bpm": BPM,
        "beats_per_bar": BEATS_PER_BAR,
        "key": "A minor",
        "bar_times_s": [bar * BAR / RATE_HZ for bar in range(N_BARS)],
        "chords": CHORDS,
        "rate_hz": RATE_HZ,
        "n_frames": N_FRAMES,
        "seed": SEED,
    }


def main(folder: Path) -> None:
    """Write both files."""
    stereo = mix()
    random = np.random.default_rng([SEED, 99])
    dither = (random.uniform(-0.5, 0.5, stereo.shape) + random.uniform(-0.5, 0.5, stereo.shape)) / 32_768
    soundfile.write(folder / "demo.flac", (stereo + dither).T, RATE_HZ, subtype="PCM_16")
    (folder / "demo.json").write_text(json.dumps(truth(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
