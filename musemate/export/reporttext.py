"""What the figures of a report are called, how they are written, what they mean and where they mislead."""

from __future__ import annotations

from musemate.export.figure import Figure, Group
from musemate.language import mark

SOUND = Group(
    mark("Sound and copying"),
    mark(
        "Read these together. A copy of the fragment has the best similarity and is worth "
        "nothing; noise is wholly new and worth nothing either. What you look for is a take "
        "as similar as the fragment's own halves are to each other, or more, and about as "
        "novel."
    ),
    (
        Figure(
            "similarity",
            mark("Similarity"),
            mark("0 to 1"),
            2,
            mark("How like the fragment's timbre and dynamics are, wherever in the take what happens; 1 is the same."),
            mark("It forgets the order of things: a copy has 1, and so has the fragment with its bars shuffled."),
            mark("similarity (right: sounds like the fragment)"),
        ),
        Figure(
            "novelty",
            mark("Novelty"),
            mark("0 to 1"),
            2,
            mark(
                "How far the take's passages of half a second and of two seconds are from the "
                "nearest ones of the fragment: 0 is a quotation, 0.5 as far as the fragment's own "
                "passages from one another."
            ),
            mark("Noise and damage are new too, so a high figure alone is no praise."),
            mark("novelty (bottom: copied from the fragment)"),
        ),
        Figure(
            "nearness_db",
            mark("Nearest passage"),
            "dB",
            2,
            mark(
                "The same for half seconds alone and not set against the fragment's own variety: the "
                "median difference from the most similar half second anywhere in the fragment; 0 is "
                "a copy."
            ),
            mark(
                "A splice of copied half seconds in a new order stays near 0 though its course is "
                "new, and in a fragment that repeats itself even new playing is near to something."
            ),
        ),
    ),
)
STUDY = Group(
    mark("The engine-comparison study's figures"),
    mark(
        "Defined as in a study that compared four kinds of generators, so that published "
        "figures can be set beside these. All of them have one known weakness: they reward a "
        "single held note, which has few pitches, no spread and little noise. They compare "
        "takes of the same length only."
    ),
    (
        Figure(
            "pitches",
            mark("Number of pitches"),
            "",
            0,
            mark(
                "How many different values a peak finder reads between 150 and 4,000 Hz; fewer means "
                "less noise there (published: 290 to 82,543)."
            ),
            mark("It counts overtones and noise, not notes, and grows with the length of the sound."),
        ),
        Figure(
            "pitch_range_hz",
            mark("Pitch range"),
            "Hz",
            0,
            mark("The highest of those values less the lowest."),
            mark(
                "One faint overtone or one moment of noise at either end sets it, so that nearly "
                "every mix comes close to the largest possible, about 3,855 Hz."
            ),
        ),
        Figure(
            "pitch_entropy_bits",
            mark("Pitch entropy"),
            mark("bits"),
            2,
            mark(
                "How evenly those values spread over the keys of the piano: 0 for one key, at most "
                "5.86 for all that are counted alike."
            ),
            mark("Noise is the most even of all, so more is not richer harmony."),
        ),
        Figure(
            "kl",
            mark("KL divergence"),
            mark("nats"),
            3,
            mark(
                "How surprising the take's MFCC values are to one who knows the fragment's (all 13 "
                "coefficients in one histogram of 100 bins); 0 is no surprise."
            ),
            mark("Thirteen different things share one histogram, and what they do not have in common can cancel out."),
        ),
        Figure(
            "kl_each",
            mark("KL, each alone"),
            mark("nats"),
            3,
            mark("Our version of it: each coefficient has a histogram of its own (32 bins), and the mean is taken."),
            mark("Chance alone gives about 0.03 for 25 s, more for shorter takes: compare it with the halves' figure."),
        ),
        Figure(
            "frechet",
            mark("Frechet distance"),
            "",
            0,
            mark(
                "The distance of mean and spread of the 13 MFCCs, squared and not scaled, as "
                "published (2,500 to 106,000)."
            ),
            mark(
                "The first coefficient is loudness and outweighs the others: the same music played 6 "
                "dB louder already has 4,638."
            ),
        ),
        Figure(
            "frechet_whitened",
            mark("Frechet, whitened"),
            "",
            2,
            mark(
                "Our version of it: the same distance in units of the fragment's own spread, so that "
                "all 13 coefficients weigh alike; a shift by one standard deviation gives 1."
            ),
            mark(
                "Where the fragment hardly varies in some respect (a held note, nothing above 8 "
                "kHz), small differences there become huge figures."
            ),
        ),
    ),
)
RHYTHM = Group(
    mark("Rhythm"),
    mark("Where no steady beat was found, there is nothing to compare and a dash stands in the figure's place."),
    (
        Figure(
            "bpm",
            mark("Tempo"),
            "bpm",
            1,
            mark("The beats a minute where a steady beat is sure."),
            mark("A tracker may hear the half or the double of what you count."),
        ),
        Figure(
            "tempo",
            mark("Tempo agreement"),
            mark("0 to 1"),
            2,
            mark(
                "How well the take's onsets repeat at the fragment's tempo, beside how well the "
                "fragment's do: 1 is as steady as you played, 0 another tempo or none."
            ),
            mark("The double and the half of a tempo repeat at it too, so a take in half time may still score."),
        ),
        Figure(
            "beat_stray",
            mark("Beats off the grid"),
            mark("beats"),
            3,
            mark(
                "How far the take's beats lie from a grid at the fragment's tempo that starts with "
                "the take: 0 is on it, 0.25 is chance."
            ),
            mark(
                "A fragment that starts between two beats is off this grid itself, and so are its "
                "faithful variations: compare with the fragment's own figure."
            ),
        ),
        Figure(
            "unevenness",
            mark("Unevenness"),
            mark("times"),
            2,
            mark(
                "How much the beats' distances vary, as a multiple of the fragment's own variation: "
                "1 is as even as you played."
            ),
            mark("A fragment made to a click hardly varies, so that small slips become large multiples."),
        ),
        Figure(
            "bar_offset",
            mark("Bar off the start"),
            mark("beats"),
            2,
            mark("How far the take's first bar line is from its start, counted in beats to the nearer bar line."),
            mark("Which beat opens a bar is the tracker's guess."),
        ),
    ),
)
HARMONY = Group(
    mark("Harmony"),
    mark("About which notes there are, not about their order: no figure here hears a melody or a cadence."),
    (
        Figure(
            "key",
            mark("Key"),
            "",
            0,
            mark("The key whose profile fits the notes clearly better than all others."),
            mark("A relative major and minor share their notes; then, and in free or noisy music, no key is named."),
        ),
        Figure(
            "notes_alike",
            mark("Notes alike"),
            "",
            2,
            mark(
                "How alike the balance of the twelve notes is, as a correlation: 1 for the same, 0 for unrelated ones."
            ),
            mark("The same notes in a senseless order have 1 too, and by chance two unrelated songs can come to 0.5."),
        ),
    ),
)
LEVEL = Group(
    mark("Level and faults"),
    mark("Differences are the take's figure less the fragment's; 0 is like the fragment."),
    (
        Figure(
            "lufs",
            mark("Loudness"),
            "LUFS",
            1,
            mark("How loud the whole is to the ear (ITU-R BS.1770)."),
            mark("Pauses count little, so a take with more rests has nearly the same figure."),
        ),
        Figure(
            "loudness_lu",
            mark("Louder by"),
            "LU",
            1,
            mark("The take's loudness less the fragment's."),
            mark("A fader corrects it: it says nothing about the music."),
        ),
        Figure(
            "side_db",
            mark("Width differs by"),
            "dB",
            1,
            mark(
                "How far the level of the sides (left less right) over the middle differs, as the "
                "mean of low, middle and high."
            ),
            mark("Wider here and narrower there count alike, and mono sounds have no figure."),
        ),
        Figure(
            "clicks",
            mark("Clicks"),
            "",
            0,
            mark("Samples that break out of the sound as nothing in the fragment does."),
            mark("A very hard stroke that the fragment lacks may be taken for one."),
        ),
        Figure(
            "tones",
            mark("Foreign tones"),
            "",
            0,
            mark("Whistles and hums that stand for long and that the fragment does not have."),
            mark("A held note that is new and meant counts too."),
        ),
        Figure(
            "level_change_db",
            mark("Level, end less start"),
            "dB",
            1,
            mark("How much the level moves from the first 20 s (or half) to the last."),
            mark("Music may swell on purpose: look at the fragment's waveform."),
        ),
        Figure(
            "flatness_change_db",
            mark("Noisiness, end less start"),
            "dB",
            1,
            mark("How much the sound turns to noise (above 0) or to tones (below 0) from its start to its end."),
            mark("A drum that sets in late turns a sound to noise too."),
        ),
    ),
)
GROUPS = (SOUND, STUDY, RHYTHM, HARMONY, LEVEL)

KINDS = {
    "waveform": (mark("Waveform"), mark("amplitude over time; the dark core is the RMS")),
    "spectrum": (
        mark("Average spectrum"),
        mark("mean level of each twelfth of an octave; 0 dB is a sine of full scale"),
    ),
    "spectrogram": (mark("Spectrogram"), mark("level over time and frequency, in windows of about 46 ms")),
    "mel": (mark("Mel spectrogram"), mark("the same in 128 bands spaced as the ear hears pitch")),
    "mfcc": (mark("MFCC"), mark("13 numbers for the tone colour, in standard deviations from the fragment's mean")),
    "chroma": (mark("Chromagram"), mark("how strong each of the twelve notes is beside the moment's strongest")),
}
"""Title of each kind of picture, and what it shows."""

CHOICES = (
    mark(
        "Every sound is compared as the mean of its channels, at 22,050 Hz for the study's "
        "figures (the rate at which the study's library loads), in windows of 2,048 frames "
        "with a hop of 512."
    ),
    mark(
        "Pitches are the values of librosa's piptrack with its defaults; two are the same "
        "when they are the same 32-bit number. The entropy is that of all values, rounded to "
        "MIDI pitches, so that a long note counts more than a short one."
    ),
    mark("MFCCs are the first 13 of 40 of librosa with its defaults, the first one, which follows loudness, included."),
    mark(
        "The study does not say which way its KL divergence runs, nor how its distributions "
        "are counted: here p is the take and q the fragment, in bins of equal width over the "
        "range of both, half a count added to each bin, natural logarithm. The other way "
        "round is in figures.json (kl_reverse)."
    ),
    mark(
        "The whitened Frechet distance is the same after a linear map that gives the "
        "fragment's MFCCs spread 1 in every direction (no direction is stretched beyond a "
        "thousandth of the mean variance)."
    ),
    mark(
        "The fragment's halves are its second half beside its first. They hold half as many "
        "moments, which raises their figures a little: what lies well above them is more "
        "than your own music does."
    ),
    mark("None of these figures has an interval: a take is one sound, and its moments depend on one another."),
)
"""Where the definitions leave a choice, what was chosen."""
