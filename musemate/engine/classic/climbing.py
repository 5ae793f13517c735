"""Trains one scale after the other, each on the whole signal or, at every step, on an excerpt of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

from musemate.engine.base import CPU, Cancelled
from musemate.engine.classic.config import ClassicConfig
from musemate.engine.classic.excerpts import Excerpts, Seen, settle
from musemate.engine.classic.kernels import StepCancelledError, interruptible
from musemate.engine.classic.losses import (
    between,
    critic_loss,
    generator_loss,
    gradient_penalty,
    reconstruction_loss,
)
from musemate.engine.classic.networks import ScaleCritic, ScaleGenerator
from musemate.engine.classic.noise import draw_noise, noise_level
from musemate.engine.classic.pyramid import Pyramid
from musemate.engine.classic.scales import Scales
from musemate.engine.learning import Learning, State

BETA2 = 0.999
BATCHED_TO = 1 << 15
"""Samples up to which a CPU is quicker with two signals at once: of longer ones, one fills its cache."""
SLOW_S = 0.3
"""A step that takes longer can be cancelled inside."""
WARM_FROM = 2
"""First scale that starts from the weights of the one below."""


def is_batched(config: ClassicConfig, length: int, device: str) -> bool:
    """Whether the steps of a scale take two signals at once."""
    wanted = config.batched and not config.checkpointed
    return wanted and (not device.startswith(CPU) or length <= BATCHED_TO)


@dataclass
class ScaleTraining:
    """The training of one scale.

    From the third scale on its networks start from the trained ones of the scale below, norms' statistics included.
    The published code tries so from the second on, and fails there: 16 channels do not fit into 96. Here the second
    scale starts afresh.

    Parameters
    ----------
    config : ClassicConfig
    scales : Scales
        The fragment.
    pyramid : Pyramid
        The coarser scales, trained; this one is added when done.
    below : ScaleCritic, optional
        The critic of the scale below.
    random : torch.Generator
        Source of all randomness but the first weights, on the CPU.
    cancelled : callable
        Asked inside the steps.
    """

    config: ClassicConfig
    scales: Scales
    pyramid: Pyramid
    below: ScaleCritic | None
    random: torch.Generator
    cancelled: Cancelled = lambda: False
    scale: int = field(init=False)

    def __post_init__(self) -> None:
        c, device = self.config, self.pyramid.device
        self.scale = len(self.pyramid.generators)
        self.n_steps = c.steps(self.scale, self.scales.rates_hz[self.scale])
        self.real = self.scales.signals[self.scale][None].to(device)
        self.batched = is_batched(c, c.seen(self.real.shape[-1]), device.type)
        self.critic, self.generator = self._networks()
        betas = (c.beta1, BETA2)
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), c.learning_rate, betas=betas)
        self.optimizer = torch.optim.Adam(self.generator.parameters(), c.learning_rate, betas=betas)
        self.done, self._step_s = 0, SLOW_S
        self._before: State | None = None
        self._prepare_inputs()

    def _networks(self) -> tuple[ScaleCritic, ScaleGenerator]:
        shape = self.config, self.pyramid.n_signals, self.config.channels(self.scale)
        critic, generator = ScaleCritic(*shape), ScaleGenerator(*shape)
        if self.scale >= WARM_FROM:
            assert self.below is not None
            critic.load_state_dict(self.below.state_dict())
            generator.load_state_dict(self.pyramid.generators[-1].state_dict())
        return critic.to(self.pyramid.device), generator.to(self.pyramid.device)

    @torch.no_grad()
    def _prepare_inputs(self) -> None:
        """Make the reconstruction's input, which stays the same at every step, and the level of the noise."""
        pyramid, n_signals, lengths = self.pyramid, self.pyramid.n_signals, self.scales.lengths
        if self.scale == 0:
            pyramid.fixed_noise = draw_noise(self.random, n_signals, lengths[0], pyramid.device)
            coarser = None
        else:
            *_, made = pyramid.reconstruct(lengths)
            coarser = pyramid.raised(made, self.scale, lengths[self.scale])
        self.noise_level = noise_level(self.scale, self.scales.energies, coarser, self.config).to(pyramid.device)
        self.given_back = torch.zeros_like(self.real) if coarser is None else coarser
        fixed = 0 if pyramid.fixed_noise is None or self.scale else pyramid.fixed_noise * self.noise_level
        self.given_back_noisy = self._padded(self.given_back + fixed)
        self.excerpts = Excerpts(self.real, self.given_back, self.given_back_noisy, self.config, self.random)
        self.bank = Bank(pyramid, lengths, self.random, self.config.bank_size)

    def steps(self) -> Iterator[dict[str, float]]:
        """Train to the end, yielding the losses of each step; then the scale joins the pyramid.

        Ends early, and does not join, where `cancelled()` turns True inside a step.
        """
        try:
            while self.done < self.n_steps:
                with self._interruptible():
                    if self.done == self.n_steps * 2 // 3:
                        for optimizer in (self.optimizer, self.critic_optimizer):
                            optimizer.param_groups[0]["lr"] *= self.config.scheduler_lr_decay
                    losses = self._step()
                self.done += 1
                yield losses
            if self.excerpts.are_cut:
                with self._interruptible(last=True):
                    settle(self.generator, self._whole_inputs())
        except StepCancelledError:
            return
        self.pyramid.add(self.generator, self.noise_level)

    @contextmanager
    def _interruptible(self, *, last: bool = False) -> Iterator[None]:
        """Let what takes long be cancelled inside, and remember where the training stood before it; only then.

        A copy of all weights takes some milliseconds: too much for a step that takes little more.
        """
        is_slow, began_s = last or self._step_s >= SLOW_S, time.monotonic()
        self._before = self.state().copied() if is_slow else None
        with interruptible(self.cancelled if is_slow else _never):
            yield
        self._before = None
        self._step_s = time.monotonic() - began_s

    def state(self) -> State:
        """Return where the training stands; inside a step, where it stood before it.

        What is made at its beginning is made again, and the bank from its chances.
        """
        return self._before or self._learning().state(self.done, **self.bank.state())

    def restore(self, state: State) -> None:
        """Go where a training stood that began like this one; raises as `Learning.restore`."""
        self._learning().restore(state)
        self.bank.restore(state.tensors)
        self.done = state.step

    def _learning(self) -> Learning:
        return Learning(
            {"critic": self.critic, "generator": self.generator},
            {"optimizer": self.optimizer, "critic_optimizer": self.critic_optimizer},
            {"random": self.random},
        )

    def _step(self) -> dict[str, float]:
        noisy, coarser = self._fake_input(self.bank, self.random)
        seen = self.excerpts.show(coarser, noisy)
        share = float(torch.rand((), generator=self.random))
        if self.config.checkpointed:
            return self._lean_step(seen, share)
        if self.batched:
            # the critic's step between them does not touch the generator: both may be made before it
            fake, made = self.generator(
                torch.cat([seen.noisy, seen.given_back_noisy]), torch.cat([seen.coarser, seen.given_back])
            ).split(1)
        else:
            fake, made = self.generator(seen.noisy, seen.coarser), None
        losses = self._critic_step(seen, fake.detach(), share)
        return losses | self._generator_step(seen, fake, made)

    def kept(self) -> ScaleGenerator | None:
        """Return the generator as it would be if this were the last step, without a trace in what trains on.

        None where `cancelled()` turns True meanwhile.
        """
        if not self.excerpts.are_cut:
            return self.generator
        with torch.random.fork_rng(devices=[]):
            twin = ScaleGenerator(self.config, self.pyramid.n_signals, self.config.channels(self.scale))
        twin.load_state_dict(self.generator.state_dict())
        twin.to(self.pyramid.device)
        random = torch.Generator()
        random.set_state(self.random.get_state())  # a copy: the steps to come must find theirs as it is
        bank = Bank(self.pyramid, self.scales.lengths, random, 0)
        try:
            with interruptible(self.cancelled):
                settle(twin, (self._fake_input(bank, random), (self.given_back_noisy, self.given_back)))
        except StepCancelledError:
            return None
        return twin

    def _fake_input(self, bank: Bank, random: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Return a coarser signal under noise, padded, and the coarser signal alone."""
        coarser = bank.take()
        noise = draw_noise(random, self.pyramid.n_signals, self.real.shape[-1], self.pyramid.device)
        return self._padded(coarser + noise * self.noise_level), coarser

    def _whole_inputs(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield what the whole fake and the whole reconstruction are made of: a step shows the norms both alike."""
        yield self._fake_input(self.bank, self.random)
        yield self.given_back_noisy, self.given_back

    def _lean_step(self, seen: Seen, share: float) -> dict[str, float]:
        """Take a step that holds one way back at a time: the fake is made once to be judged, once to be learnt from.

        The values are those of a step that is not batched: the generator stays as it is while the critic learns, and
        the score's slope at the fake is all that the fake's way back needs to know of the critic.
        """
        with torch.no_grad():  # the norms' statistics see the fake when it is made again
            fake = functional_call(self.generator, _own_buffers(self.generator), (seen.noisy, seen.coarser))
        losses = self._critic_step(seen, fake, share)
        self.optimizer.zero_grad(set_to_none=True)
        loss, slope = self._judged(fake.requires_grad_())
        self.generator(seen.noisy, seen.coarser).backward(slope)
        error = self._give_back(seen)
        self.optimizer.step()
        return losses | {"generator": loss, "reconstruction": error}

    def _judged(self, fake: torch.Tensor) -> tuple[float, torch.Tensor]:
        """Return the generator's loss and its slope with respect to the fake."""
        self.critic.requires_grad_(False)
        loss = generator_loss(self.critic(fake))
        self.critic.requires_grad_(True)
        (slope,) = torch.autograd.grad(loss, fake)
        return float(loss.detach()), slope

    def _give_back(self, seen: Seen) -> float:
        """Go back from the reconstruction's error, and return it."""
        error = self._error(seen, self.generator(seen.given_back_noisy, seen.given_back))
        error.backward()
        return float(error.detach())

    def _error(self, seen: Seen, made: torch.Tensor) -> torch.Tensor:
        return reconstruction_loss(seen.real, seen.magnitudes, made, self.excerpts.loss_config)

    def _critic_step(self, seen: Seen, fake: torch.Tensor, share: float) -> dict[str, float]:
        self.critic_optimizer.zero_grad(set_to_none=True)
        if self.batched:
            loss = critic_loss(*self.critic(torch.cat([seen.real, fake])).split(1))
            loss.backward()
        else:
            loss = self._critic_sides(seen.real, fake)
        penalty = self.config.lambda_grad * gradient_penalty(self.critic, between(seen.real, fake, share))
        penalty.backward()
        self.critic_optimizer.step()
        return {"critic": float(loss.detach()), "penalty": float(penalty.detach())}

    def _critic_sides(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Go back from the real signal's scores, then from the fake's: one way back is held at a time."""
        real_score = self.critic(real).mean()
        (-real_score).backward()
        fake_score = self.critic(fake).mean()
        fake_score.backward()
        loss: torch.Tensor = (fake_score - real_score).detach()
        return loss

    def _generator_step(self, seen: Seen, fake: torch.Tensor, made: torch.Tensor | None) -> dict[str, float]:
        self.optimizer.zero_grad(set_to_none=True)
        self.critic.requires_grad_(False)
        loss = generator_loss(self.critic(fake))
        self.critic.requires_grad_(True)
        if made is None:
            loss.backward()
            error = self._give_back(seen)
        else:
            errors = self._error(seen, made)
            (loss + errors).backward()
            error = float(errors.detach())
        self.optimizer.step()
        return {"generator": float(loss.detach()), "reconstruction": error}

    def _padded(self, signal: torch.Tensor) -> torch.Tensor:
        return F.pad(signal, (self.config.pad_size, self.config.pad_size))


def _own_buffers(module: nn.Module) -> dict[str, torch.Tensor]:
    """Copy the buffers of a module, for a pass that shall leave them as they are."""
    return {name: buffer.clone() for name, buffer in module.named_buffers()}


class Bank:
    """What the frozen coarser scales make of noise, brought to the rate of the scale in training.

    As published, the whole lower pyramid is drawn anew at every step. A bank of some size is drawn once, over the
    first steps; from then on each step takes one of it at random, under fresh noise of the scale's own.

    A training that goes on does not find the signals stored, but the chance that each was drawn with: they are a
    hundred times as large, and drawn again in the time of a few steps.

    Parameters
    ----------
    pyramid : Pyramid
    lengths : list of int
        Samples at each scale.
    random : torch.Generator
    size : int
        0 draws anew at every step.
    """

    def __init__(self, pyramid: Pyramid, lengths: list[int], random: torch.Generator, size: int) -> None:
        self._pyramid, self._lengths, self._random, self._size = pyramid, lengths, random, size
        self._scale = len(pyramid.generators)
        self._origins: list[torch.Tensor] = []
        self._drawn: list[torch.Tensor | None] = []

    def take(self) -> torch.Tensor:
        """Return a signal, shape (1, n_signals, n of the scale in training)."""
        if self._scale == 0:
            return self._pyramid.raised(None, 0, self._lengths[0])
        if self._size and len(self._drawn) >= self._size:
            return self._again(int(torch.randint(self._size, (), generator=self._random)))
        origin = self._random.get_state()
        drawn = self._draw(self._random)
        if self._size:
            self._origins.append(origin)
            self._drawn.append(drawn)
        return drawn

    def state(self) -> dict[str, torch.Tensor]:
        """Return the chance of each signal, shape (signals, bytes)."""
        return {"bank": torch.stack(self._origins)} if self._origins else {}

    def restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Undo `state`; a bank of another size keeps what it has a place for."""
        stored = tensors["bank"][: self._size] if "bank" in tensors else ()
        self._origins = [origin.clone() for origin in stored]  # torch crashes on a state that is a view
        self._drawn = [None] * len(self._origins)

    def _again(self, index: int) -> torch.Tensor:
        """Return a signal that was drawn before, perhaps by a training that this one goes on with."""
        drawn = self._drawn[index]
        if drawn is None:
            random = torch.Generator()
            random.set_state(self._origins[index])
            drawn = self._drawn[index] = self._draw(random)
        return drawn

    @torch.no_grad()
    def _draw(self, random: torch.Generator) -> torch.Tensor:
        *_, made = self._pyramid.signals(random, self._lengths)
        return self._pyramid.raised(made, self._scale, self._lengths[self._scale])


def _never() -> bool:
    return False
