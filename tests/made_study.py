"""Studies that can be heard: short notes, each sample another one, in a real folder."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from musemate.audio.clip import AudioClip
from musemate.study.folder import StudyFolder
from musemate.study.orders import orders
from musemate.study.records import Stimulus, Study, Truth
from musemate.study.template import SetPlan, Template, template_from

RATE_HZ = 44_100


def bundled(name: str, **rules: object) -> Template:
    """Return a questionnaire of the resources folder, with some rules changed."""
    import tomllib

    from musemate.paths import resource

    template = template_from(tomllib.loads(resource(f"studies/{name}.toml").read_text(encoding="utf-8")), name)
    return replace(template, rules=replace(template.rules, **rules))  # type: ignore[arg-type]


def sample(seed: int, seconds: float) -> AudioClip:
    """Return notes over soft noise, another tune for each seed."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sound = 0.002 * rng.standard_normal((2, len(time_s)))
    for start_s in np.arange(0.0, seconds, 0.25):
        heard = (time_s >= start_s) & (time_s < start_s + 0.25)
        sound[:, heard] += 0.3 * np.sin(2 * np.pi * rng.uniform(90, 900) * time_s[heard])
    return AudioClip(sound.astype(np.float32), RATE_HZ)


def make_study(
    folder: Path,
    template: Template,
    *,
    counts: tuple[tuple[int, int], ...] = ((3, 1),),
    seconds: float = 0.4,
    title: str = "Does it inspire?",
    labels: tuple[str, ...] = (),
) -> StudyFolder:
    """Make a study in a folder.

    Parameters
    ----------
    folder : Path
    template : Template
    counts : tuple of (int, int)
        Takes and real clips of each of the template's sets; of pairs, so many of both.
    seconds : float
        Of each sample.
    title : str
    labels : tuple of str
        What the samples are called in the key, in order.
    """
    parts = folder.parent / f"{folder.name} sounds"
    parts.mkdir(parents=True)
    plans = template.sets[: len(counts)] or (SetPlan("one"),)
    files, stimuli, truths, sets = {}, [], {}, []
    for plan, (n_takes, n_real) in zip(plans, counts, strict=True):
        kinds: dict[str, bool] = {}
        for number in range(n_takes + n_real):
            seed = len(files) + 1
            token = hashlib.sha256(f"{title}{seed}".encode()).hexdigest()[:12]
            files[token] = parts / f"{token}.flac"
            soundfile.write(files[token], sample(seed, seconds).samples.T, RATE_HZ, subtype="PCM_24")
            hashed = hashlib.sha256(files[token].read_bytes()).hexdigest()
            stimuli.append(Stimulus(token, plan.name, seconds, 0.0, hashed))
            is_real = kinds[token] = number >= n_takes
            label = labels[seed - 1] if labels else f"sample {seed}"
            truths[token] = Truth(token, is_real, "fragment" if is_real else "take", label, engine="frames")
        sets.append((plan.name, _trials(kinds, pairs=template.trial == "pair")))
    study = Study(
        id=hashlib.sha256(title.encode()).hexdigest()[:32],
        title=title,
        created="2026-01-01T00:00:00+00:00",
        version="0.1.0",
        seed=1,
        template=replace(template, sets=plans),
        stimuli=tuple(stimuli),
        orders=orders(sets, 1, fixed=template.rules.orders == "fixed"),
        rate_hz=RATE_HZ,
        n_channels=2,
        band_hz=16_000.0,
    )
    return StudyFolder.create(folder, study, truths, files)


def _trials(kinds: dict[str, bool], *, pairs: bool) -> dict[tuple[str, ...], str]:
    if not pairs:
        return {(token,): "real" if is_real else "take" for token, is_real in kinds.items()}
    takes = [token for token, is_real in kinds.items() if not is_real]
    real = [token for token, is_real in kinds.items() if is_real]
    return dict.fromkeys(zip(takes, real, strict=True), "pair")
