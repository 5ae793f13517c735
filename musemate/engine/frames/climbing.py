"""Trains one scale of the pyramid after the other, each against crops of the fragment's averaged frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch

from musemate.engine.frames.config import FramesConfig
from musemate.engine.frames.losses import hinge_discriminator
from musemate.engine.frames.pyramid import ScaleCritic, ScaleGenerator, pad_to_multiple, pool, upsample
from musemate.engine.frames.stack import Pyramid

PENALTY_EVERY = 4
"""Lazy R1 (Karras et al. 2020): the penalty is taken every so many steps, that much stronger."""
BANK = 8
"""Drawings of the coarser scales that a scale trains on, made once."""
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
    arranged : Tensor, shape (batch, components, frames)
        New arrangements of them, whose averages this scale must be able to continue from.
    generator : torch.Generator
        Source of all randomness, on the CPU.
    """

    config: FramesConfig
    pyramid: Pyramid
    frames: torch.Tensor
    arranged: torch.Tensor
    generator: torch.Generator
    scale: int = field(init=False)

    def __post_init__(self) -> None:
        c = self.config
        self.scale = len(self.pyramid.generators)
        coarsest = c.time_scales[0]
        whole = pad_to_multiple(self.frames, coarsest)[None]
        self.real = pool(whole, c.time_scales[self.scale])
        self.base = self._reconstruction_input()
        self.bank = self._bank(whole.shape[-1])
        missing = (self.real - self.base).std(dim=-1)[0] if self.scale else torch.ones_like(self.real[0, :, 0])
        n = self.real.shape[1]
        self.made = ScaleGenerator(n, c.pyramid_channels, missing.clamp_min(MIN_NOISE)).to(self.real.device)
        self.averaged = ScaleGenerator(n, c.pyramid_channels, self.made.noise_level).to(self.real.device)
        self.averaged.load_state_dict(self.made.state_dict())
        self.critic = ScaleCritic(n, c.pyramid_channels).to(self.real.device)
        betas = (0.5, 0.99)
        self.optimizer = torch.optim.Adam(self.made.parameters(), c.learning_rate, betas=betas)
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), c.learning_rate, betas=betas)

    def steps(self) -> Iterator[dict[str, float]]:
        """Train to the end, yielding the losses of each step; then the scale joins the pyramid."""
        for step in range(self.config.pyramid_steps):
            if step == self.config.pyramid_steps * 2 // 3:
                for optimizer in (self.optimizer, self.critic_optimizer):
                    optimizer.param_groups[0]["lr"] *= 0.2
            yield self._step(step)
        self.pyramid.generators.append(self.averaged)

    def _step(self, step: int) -> dict[str, float]:
        fake_input, real = self._fakes(), self._crops(self.real)
        made = self.made(*fake_input)
        critic_loss = self._critic_step(real, made.detach(), penalise=step % PENALTY_EVERY == 0)
        self.critic.requires_grad_(False)
        adversarial = -self.critic(made).mean()
        self.critic.requires_grad_(True)
        target, base, noise = self._reconstruction_crop()
        error = (self.made(base, noise) - target).square().mean()
        self.optimizer.zero_grad(set_to_none=True)
        (adversarial + self.config.reconstruction_weight * error).backward()
        self.optimizer.step()
        self._average()
        return {"discriminator": critic_loss, "reconstruction": float(error.detach())}

    def _critic_step(self, real: torch.Tensor, fake: torch.Tensor, *, penalise: bool) -> float:
        if penalise:
            real = real.requires_grad_()
        scores = self.critic(real)
        loss = hinge_discriminator(scores, self.critic(fake))
        total = loss
        if penalise:
            (slope,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
            total = loss + 0.5 * PENALTY_EVERY * self.config.gradient_penalty * slope.square().sum(dim=1).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        total.backward()
        self.critic_optimizer.step()
        return float(loss.detach())

    def _fakes(self) -> tuple[torch.Tensor, torch.Tensor]:
        base = self._crops(self.bank)
        return base, torch.randn(base.shape, generator=self.generator).to(base.device)

    def _crops(self, source: torch.Tensor) -> torch.Tensor:
        """Cut random crops, shape (crops, components, crop), from any row of `source` (rows, components, frames)."""
        n = source.shape[-1]
        length = min(self.config.pyramid_crop, n)
        batch = self.config.pyramid_batch
        rows = torch.randint(0, source.shape[0], (batch,), generator=self.generator).tolist()
        starts = torch.randint(0, n - length + 1, (batch,), generator=self.generator).tolist()
        return torch.stack([source[r, :, s : s + length] for r, s in zip(rows, starts, strict=True)])

    def _reconstruction_crop(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        noise = torch.zeros_like(self.base) if self.scale else self._fixed_noise()
        together = self._crops(torch.cat([self.real, self.base, noise], dim=1))
        target, base, crop_noise = together.chunk(3, dim=1)
        return target, base, crop_noise

    def _fixed_noise(self) -> torch.Tensor:
        if self.pyramid.fixed_noise is None:
            noise = torch.randn(self.real.shape[1:], generator=self.generator)
            self.pyramid.fixed_noise = noise.to(self.real.device)
        return self.pyramid.fixed_noise[None]

    def _reconstruction_input(self) -> torch.Tensor:
        if self.scale == 0:
            return torch.zeros_like(self.real)
        return upsample(self.pyramid.reconstruct(self.scale).clone())

    def _bank(self, n: int) -> torch.Tensor:
        """Return inputs of this scale: coarser drawings from noise, and averages of new arrangements."""
        if self.scale == 0:
            return torch.zeros_like(self.real)
        shape = (BANK, self.frames.shape[0], n)
        drawn = self.pyramid.draw(shape, self.generator).clone()
        arranged = pool(
            pad_to_multiple(self.arranged, self.config.time_scales[0]),
            self.config.time_scales[self.scale - 1],
        )
        return upsample(torch.cat([drawn, arranged]))

    @torch.no_grad()
    def _average(self) -> None:
        for kept, new in zip(self.averaged.parameters(), self.made.parameters(), strict=True):
            kept.lerp_(new, 1 - AVERAGE_DECAY)
