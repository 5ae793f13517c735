"""One step of a renderer: spectral loss alone, or with discriminators that learn beside it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from musemate.engine.frames.losses import feature_matching, hinge_discriminator, spectral_loss
from musemate.engine.frames.updates import adam_kernel, average

ADVERSARIAL_WEIGHT = 0.2
FEATURE_WEIGHT = 1.0
SPECTRAL_WEIGHT = 2.0
AVERAGE_DECAY = 0.995
WARM_UP_STEPS = 50


class SoundSteps:
    """The optimisers of a renderer and its discriminators.

    Parameters
    ----------
    renderer, averaged : Module
        What learns, and its running average over the steps.
    discriminators : ModuleList
        Learn only in steps that are given critics.
    learning_rate : float
        Adam's highest, for both.
    """

    def __init__(
        self, renderer: nn.Module, averaged: nn.Module, discriminators: nn.ModuleList, learning_rate: float
    ) -> None:
        self.renderer, self.averaged, self.discriminators = renderer, averaged, discriminators
        self.learning_rate = learning_rate
        self.n_taken = 0
        kernel = adam_kernel(next(renderer.parameters()).device)
        self.optimizer, self.critic_optimizer = (
            torch.optim.AdamW(learning.parameters(), learning_rate, betas=(0.8, 0.99), **kernel)
            for learning in (renderer, discriminators)
        )

    def set_rate(self, step: int, n_steps: int) -> None:
        """Warm up, then fall to a tenth along a line."""
        left = 1 - step / n_steps
        rate = self.learning_rate * min(1.0, (step + 1) / WARM_UP_STEPS) * (0.1 + 0.9 * left)
        for optimizer in (self.optimizer, self.critic_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = rate

    def take(
        self, fake: torch.Tensor, real: torch.Tensor, sizes: Sequence[int], critics: Sequence[nn.Module] = ()
    ) -> dict[str, torch.Tensor]:
        """Take one step and return its losses, numbers on the device.

        Parameters
        ----------
        fake, real : Tensor, shape (batch, channels, samples)
            What the renderer made just now, and the sound it stands for.
        sizes : sequence of int
            STFT sizes of the spectral loss.
        critics : sequence of Module
            The discriminators, as they listen to sound of this format; none: spectral loss alone.
        """
        losses = {}
        if critics:
            losses["discriminator"], seen_real = self._critic_step(critics, real, fake.detach())
        spectral = spectral_loss(fake, real, sizes)
        total = SPECTRAL_WEIGHT * spectral
        losses["spectral"] = spectral.detach()
        if critics:
            self.discriminators.requires_grad_(False)
            scores, matching = _judge(critics, seen_real, fake)
            self.discriminators.requires_grad_(True)
            total = total + ADVERSARIAL_WEIGHT * scores + FEATURE_WEIGHT * matching
            losses["features"] = matching.detach()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(self.renderer.parameters(), 10.0)
        self.optimizer.step()
        self._average()
        return losses

    def _critic_step(
        self, critics: Sequence[nn.Module], real: torch.Tensor, fake: torch.Tensor
    ) -> tuple[torch.Tensor, list[list[torch.Tensor]]]:
        """Take a step; return the loss, and what each discriminator saw in the real sound."""
        both = torch.cat([real, fake])
        loss = real.new_zeros(())
        seen_real = []
        for critic in critics:
            features = critic(both)
            score_real, score_fake = features[-1].chunk(2)
            loss = loss + hinge_discriminator(score_real, score_fake)
            seen_real.append([f.detach().chunk(2)[0] for f in features[:-1]])
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.discriminators.parameters(), 10.0)
        self.critic_optimizer.step()
        return loss.detach() / len(critics), seen_real

    def _average(self) -> None:
        # a young average must not cling to the first weights
        decay = min(AVERAGE_DECAY, (1 + self.n_taken) / (10 + self.n_taken))
        self.n_taken += 1
        average(self.averaged, self.renderer, decay)


def _judge(
    critics: Sequence[nn.Module], seen_real: list[list[torch.Tensor]], fake: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the renderer's adversarial and feature-matching losses, means over the discriminators."""
    scores, matching = fake.new_zeros(()), fake.new_zeros(())
    for critic, real_features in zip(critics, seen_real, strict=True):
        features = critic(fake)
        scores = scores - features[-1].mean()
        matching = matching + feature_matching(real_features, features[:-1])
    return scores / len(critics), matching / len(critics)
