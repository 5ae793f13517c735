"""Trains one scale of the pyramid after the other, each against crops of the fragment's averaged frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch

from musemate.engine.frames.config import FramesConfig
from musemate.engine.frames.dice import Dice
from musemate.engine.frames.guide import N_ACCENT
from musemate.engine.frames.losses import hinge_discriminator, sliced_wasserstein
from musemate.engine.frames.pyramid import ScaleCritic, ScaleGenerator, pad_to_multiple, pool, upsample
from musemate.engine.frames.stack import Pyramid
from musemate.engine.frames.updates import adam_kernel, average
from musemate.engine.learning import Learning, State

PENALTY_EVERY = 4
"""Lazy R1 (Karras et al. 2020): the penalty is taken every so many steps, that much stronger."""
VEILED = 0.15
"""Share of the crops whose attacks are hidden from generator and critic, and of those whose bars are."""
PATCHES = (1, 4)
"""Frames of the patches whose distribution is compared."""
DIRECTIONS = 64
AVERAGE_DECAY = 0.99
MIN_NOISE = 0.02


@dataclass
class ScaleTraining:
    """The training of one scale.

    Parameters
    ----------
    config : FramesConfig
    pyramid : Pyramid
        The coarser scales, trained; this scale is appended when done.
    frames : Tensor, shape (components, frames)
        The fragment's frames, normalised.
    guide : Tensor, shape (channels, frames)
        What guides the fragment.
    walks : Tensor, shape (batch, frames), int64
        New arrangements of the fragment, whose averages this scale must be able to continue from.
    generator : torch.Generator
        Source of all randomness, on the CPU.
    """

    config: FramesConfig
    pyramid: Pyramid
    frames: torch.Tensor
    guide: torch.Tensor
    walks: torch.Tensor
    generator: torch.Generator
    scale: int = field(init=False)

    def __post_init__(self) -> None:
        c = self.config
        self.scale = len(self.pyramid.generators)
        self.dice = Dice(self.generator, self.frames.device)
        coarsest = c.time_scales[0]
        own_guide = pad_to_multiple(self.guide, coarsest)[None]
        factor = c.time_scales[self.scale]
        self.real = pool(pad_to_multiple(self.frames, coarsest)[None], factor)
        self.real_guide = pool(own_guide, factor)
        self.base = self._reconstruction_input(own_guide)
        self.bank, self.bank_guide = self._bank()
        missing = (self.real - self.base).std(dim=-1)[0] if self.scale else torch.ones_like(self.real[0, :, 0])
        n = self.real.shape[1]
        n_guide = self.guide.shape[0]
        self.made = ScaleGenerator(n, n_guide, c.pyramid_channels, missing.clamp_min(MIN_NOISE)).to(self.real.device)
        self.averaged = ScaleGenerator(n, n_guide, c.pyramid_channels, self.made.noise_level).to(self.real.device)
        self.averaged.load_state_dict(self.made.state_dict())
        self.critic = ScaleCritic(n, n_guide, c.pyramid_channels).to(self.real.device)
        self.done = 0
        kernel = adam_kernel(self.real.device)
        self.optimizer, self.critic_optimizer = (
            torch.optim.Adam(learning.parameters(), c.learning_rate, betas=(0.5, 0.99), **kernel)
            for learning in (self.made, self.critic)
        )

    def steps(self) -> Iterator[dict[str, torch.Tensor]]:
        """Train to the end, yielding each step's losses, numbers on the device; then the scale joins the pyramid."""
        for step in range(self.done, self.config.pyramid_steps):
            if step == self.config.pyramid_steps * 2 // 3:
                for optimizer in (self.optimizer, self.critic_optimizer):
                    optimizer.param_groups[0]["lr"] *= 0.2
            losses = self._step(step)
            self.done = step + 1
            yield losses
        self.pyramid.generators.append(self.averaged)

    def trained(self) -> dict[str, torch.Tensor]:
        """Return the averaged weights as they are now, and the noise that stands for the fragment."""
        assert self.pyramid.fixed_noise is not None
        return {**self.averaged.state_dict(), "fixed_noise": self.pyramid.fixed_noise}

    def state(self) -> State:
        """Return where the training stands between two steps; what is made at its beginning is made again."""
        noise = self.pyramid.fixed_noise
        return self._learning().state(self.done, **({} if noise is None else {"fixed_noise": noise}))

    def restore(self, state: State) -> None:
        """Go where a training stood that began like this one; raises as `Learning.restore`."""
        self._learning().restore(state)
        self.dice = self.dice.going_on(state)
        if "fixed_noise" in state.tensors:
            self.pyramid.fixed_noise = state.tensors["fixed_noise"].clone().to(self.real.device)
        self.done = state.step

    def _learning(self) -> Learning:
        return Learning(
            {"made": self.made, "averaged": self.averaged, "critic": self.critic},
            {"optimizer": self.optimizer, "critic_optimizer": self.critic_optimizer},
            {"random": self.generator, **self.dice.chances()},
        )

    def _step(self, step: int) -> dict[str, torch.Tensor]:
        coarse, fake_guide = self._crops(self.bank, self.bank_guide)
        real, real_guide = self._crops(self.real, self.real_guide)
        noise = self.dice.normal(*coarse.shape)
        fake_guide, real_guide = self._veiled(fake_guide), self._veiled(real_guide)
        made = self.made(coarse, noise, fake_guide)
        judged = (real, real_guide), (made.detach(), fake_guide)
        critic_loss = self._critic_step(*judged, penalise=step % PENALTY_EVERY == 0)
        self.critic.requires_grad_(False)
        adversarial = -self.critic(made, fake_guide).mean()
        self.critic.requires_grad_(True)
        error = self._reconstruction_error()
        sliced = self._sliced(made, real)
        self.optimizer.zero_grad(set_to_none=True)
        total = adversarial + self.config.reconstruction_weight * error + self.config.sliced_weight * sliced
        total.backward()
        self.optimizer.step()
        self._average()
        return {"discriminator": critic_loss, "reconstruction": error.detach()}

    def _critic_step(
        self,
        real: tuple[torch.Tensor, torch.Tensor],
        fake: tuple[torch.Tensor, torch.Tensor],
        *,
        penalise: bool,
    ) -> torch.Tensor:
        frames, guide = real
        if penalise:
            frames = frames.requires_grad_()
        scores = self.critic(frames, guide)
        loss = hinge_discriminator(scores, self.critic(*fake))
        total = loss
        if penalise:
            (slope,) = torch.autograd.grad(scores.sum(), frames, create_graph=True)
            total = loss + 0.5 * PENALTY_EVERY * self.config.gradient_penalty * slope.square().sum(dim=1).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        total.backward()
        self.critic_optimizer.step()
        return loss.detach()

    def _reconstruction_error(self) -> torch.Tensor:
        noise = torch.zeros_like(self.base) if self.scale else self._fixed_noise()
        target, base, noise, guide = self._crops(self.real, self.base, noise, self.real_guide)
        error: torch.Tensor = (self.made(base, noise, guide) - target).square().mean()
        return error

    def _sliced(self, made: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Compare the distributions of single frames and of short patches."""
        distances = []
        for length in PATCHES:
            directions = self.dice.normal(made.shape[1] * length, DIRECTIONS)
            distances.append(sliced_wasserstein(made, real.detach(), length, directions))
        return torch.stack(distances).mean()

    def _veiled(self, guide: torch.Tensor) -> torch.Tensor:
        """Hide attacks, bars or both in some crops, so that takes can do without either."""
        shown = (self.dice.uniform(2, guide.shape[0], 1, 1) >= VEILED).float()
        return torch.cat([guide[:, :N_ACCENT] * shown[0], guide[:, N_ACCENT:] * shown[1]], dim=1)

    def _crops(self, *sources: torch.Tensor) -> list[torch.Tensor]:
        """Cut the same random crops from each of `sources`, (rows, channels, frames) to (crops, channels, crop)."""
        n_rows, _, n = sources[0].shape
        length = min(self.config.pyramid_crop, n)
        rows, starts = (self.dice.below(limit, self.config.pyramid_batch) for limit in (n_rows, n - length + 1))
        return [source.unfold(2, length, 1)[rows, :, starts].contiguous() for source in sources]

    def _fixed_noise(self) -> torch.Tensor:
        if self.pyramid.fixed_noise is None:
            self.pyramid.fixed_noise = self.dice.normal(*self.real.shape[1:])
        return self.pyramid.fixed_noise[None]

    def _reconstruction_input(self, guide: torch.Tensor) -> torch.Tensor:
        if self.scale == 0:
            return torch.zeros_like(self.real)
        return upsample(self.pyramid.reconstruct(self.scale, guide).clone())

    def _bank(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return inputs of this scale and their guides: coarser drawings from noise, averages of new arrangements."""
        coarsest = self.config.time_scales[0]
        arranged, guides = (
            pad_to_multiple(x[:, self.walks].transpose(0, 1), coarsest) for x in (self.frames, self.guide)
        )
        guide = pool(guides, self.config.time_scales[self.scale])
        if self.scale == 0:
            return torch.zeros(len(guide), *self.real.shape[1:], device=guide.device), guide
        drawn = self.pyramid.draw(self.generator, guides).clone()
        given = pool(arranged, self.config.time_scales[self.scale - 1])
        return upsample(torch.cat([drawn, given])), torch.cat([guide, guide])

    def _average(self) -> None:
        average(self.averaged, self.made, AVERAGE_DECAY)
