"""Trains the renderer on random crops of the fragment: a draft by spectral loss, then the sound adversarially."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import nn

from musemate.engine.frames.config import FramesConfig
from musemate.engine.frames.dice import Dice
from musemate.engine.frames.fourier import hann_window
from musemate.engine.frames.framing import Framing
from musemate.engine.frames.losses import fft_sizes
from musemate.engine.frames.renderer import Renderer, SpectrumDiscriminator
from musemate.engine.frames.sound_steps import SoundSteps
from musemate.engine.learning import Learning, State

CONTEXT_FRAMES = 6
"""Frames on each side of a crop that feed the network and are cut from its sound."""
DISCRIMINATOR_WINDOWS_S = (0.064, 0.032, 0.016)
GAIN_LIMIT = 2.0
REFERENCE_RATE_HZ = 16_000


@dataclass
class RendererTraining:
    """One of the two parts of the renderer's training.

    Parameters
    ----------
    config : FramesConfig
    framing : Framing
    fine : Tensor, shape (components, (frames - 1) * phases + 1)
        Normalised frames of the fragment, at `phases` places a hop: crops begin at any of them.
    phases : int
    sound : Tensor, shape (channels, samples)
        Its mid/side samples.
    generator : torch.Generator
        Source of all randomness, on the CPU.
    draft : dict or None
        Without it the draft is trained, by spectral loss alone; with the draft's weights, discriminators join.
    """

    config: FramesConfig
    framing: Framing
    fine: torch.Tensor
    phases: int
    sound: torch.Tensor
    generator: torch.Generator
    draft: dict[str, torch.Tensor] | None = None
    renderer: Renderer = field(init=False)
    averaged: Renderer = field(init=False)

    def __post_init__(self) -> None:
        c, device = self.config, self.fine.device
        self.done = 0
        self.dice = Dice(self.generator, device)
        self.frames = self.fine[:, :: self.phases]
        self.sound = nn.functional.pad(
            self.sound, (0, self.frames.shape[1] * self.framing.hop_length - self.sound.shape[1])
        )
        self.renderer = make_renderer(c, self.framing, self.frames.shape[0]).to(device)
        if self.draft is None:
            self.renderer.start_from(self.sound)
        else:
            self.renderer.load_state_dict({**self.draft, "gains": torch.ones_like(self.draft["gains"])})
        self.averaged = make_renderer(c, self.framing, self.frames.shape[0]).to(device)
        self.averaged.load_state_dict(self.renderer.state_dict())
        channels = self.framing.n_channels
        self.discriminators = nn.ModuleList(
            SpectrumDiscriminator(channels, size) for size in fft_sizes(self.framing.rate_hz, DISCRIMINATOR_WINDOWS_S)
        ).to(device)
        self.sizes = fft_sizes(self.framing.rate_hz)
        self.batch = crops_a_step(c.draft_batch if self.draft is None else c.sound_batch, self.framing)
        rate = c.draft_rate if self.draft is None else c.sound_rate
        self.sound_steps = SoundSteps(self.renderer, self.averaged, self.discriminators, rate)

    def steps(self) -> Iterator[dict[str, torch.Tensor]]:
        """Train to the end, yielding the losses of each step, numbers on the device."""
        n_steps = self.config.draft_steps if self.draft is None else self.config.sound_steps
        for step in range(self.done, n_steps):
            self.sound_steps.set_rate(step, n_steps)
            losses = self._step(adversarial=self.draft is not None)
            self.done = step + 1
            yield losses

    def state(self) -> State:
        """Return where the training stands between two steps; what is made at its beginning is made again."""
        return self._learning().state(self.done)

    def restore(self, state: State) -> None:
        """Go where a training stood that began like this one; raises as `Learning.restore`."""
        self._learning().restore(state)
        self.dice = self.dice.going_on(state)
        self.done = self.sound_steps.n_taken = state.step

    def _learning(self) -> Learning:
        steps = self.sound_steps
        networks: dict[str, nn.Module] = {"renderer": self.renderer, "averaged": self.averaged}
        optimizers: dict[str, torch.optim.Optimizer] = {"optimizer": steps.optimizer}
        if self.draft is not None:  # a draft has critics that never learn
            networks["discriminators"] = self.discriminators
            optimizers["critic_optimizer"] = steps.critic_optimizer
        return Learning(networks, optimizers, {"random": self.generator, **self.dice.chances()})

    def trained(self) -> dict[str, torch.Tensor]:
        """Return the averaged weights as they are now, with gains measured for them."""
        return {**self.averaged.state_dict(), "gains": self._level_gains()}

    def _step(self, *, adversarial: bool) -> dict[str, torch.Tensor]:
        frames, real = self._crop()
        fake = self.renderer(frames)[..., self._inner()]
        return self.sound_steps.take(fake, real, self.sizes, list(self.discriminators) if adversarial else ())

    def _crop(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw a batch: noisy frames (batch, components, crop + context) and the sound of the inner frames."""
        hop, n = self.framing.hop_length, self.frames.shape[1]
        length = min(self.config.renderer_crop + 2 * CONTEXT_FRAMES, n)
        starts = self.dice.below((n - length) * self.phases + 1, self.batch)
        windows = self.fine.unfold(1, (length - 1) * self.phases + 1, 1)[..., :: self.phases]
        frames = windows[:, starts].transpose(0, 1).contiguous()
        inner = self.sound[:, CONTEXT_FRAMES * hop :].unfold(
            1, (length - 1 - 2 * CONTEXT_FRAMES) * hop, hop // self.phases
        )
        real = inner[:, starts].transpose(0, 1).contiguous()
        level = self.dice.uniform(self.batch, 1, 1) * self.config.input_noise
        return frames + self.dice.normal(*frames.shape) * level, real

    def _inner(self) -> slice:
        hop = self.framing.hop_length
        return slice(CONTEXT_FRAMES * hop, -CONTEXT_FRAMES * hop)

    @torch.inference_mode()
    def _level_gains(self) -> torch.Tensor:
        """Compare the long-term spectra of fragment and rendering: a gain a channel and bin, at most 6 dB."""
        r = self.averaged
        rendered = r.render(self.frames).to(self.sound.device)
        window = hann_window(r.n_fft, self.sound.device)
        powers = []
        for sound in (self.sound[:, : rendered.shape[1]], rendered):
            spectrum = torch.stft(sound, r.n_fft, r.hop_length, window=window, pad_mode="constant", return_complex=True)
            powers.append(spectrum.abs().square().mean(dim=-1))
        width = 9
        smooth = [
            nn.functional.avg_pool1d(p[:, None], width, 1, width // 2, count_include_pad=False)[:, 0] for p in powers
        ]
        return ((smooth[0] + 1e-9) / (smooth[1] + 1e-9)).sqrt().clamp(1 / GAIN_LIMIT, GAIN_LIMIT)


def crops_a_step(asked: int, framing: Framing) -> int:
    """Turn a number of crops at 16 kHz mono into that at another rate: fewer of more work, but two, where asked."""
    # a second of 44.1 kHz stereo is 5.5 times the work of one at 16 kHz mono: meet half-way
    load = framing.rate_hz * framing.n_channels / REFERENCE_RATE_HZ
    return min(asked, max(2, round(asked / math.sqrt(max(1.0, load)))))


def make_renderer(config: FramesConfig, framing: Framing, n_components: int) -> Renderer:
    """Build the renderer that the configuration describes."""
    return Renderer(
        n_components, config.renderer_channels, config.renderer_blocks, framing.n_channels, framing.hop_length
    )
