"""A trained fragment: makes takes, and shows them at every scale, from whatever scales are finished."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from musemate.audio.clip import AudioClip
from musemate.engine.base import Cancelled, Layer, TakeRequest
from musemate.engine.classic.noise import of_take
from musemate.engine.classic.pyramid import Pyramid
from musemate.engine.classic.scales import Scales, scale_name
from musemate.engine.kinship import chance_of
from musemate.engine.memory import memory_errors_said
from musemate.engine.samples import to_clip
from musemate.errors import CheckpointError, SettingsError
from musemate.language import _


@dataclass
class ClassicModel:
    """Makes takes of one fragment.

    Parameters
    ----------
    scales : Scales
        The fragment.
    gain : float
        Factor from the clip's samples to those of `scales`.
    pyramid : Pyramid
        What is trained, complete or not.
    """

    scales: Scales
    gain: float
    pyramid: Pyramid

    def generate(self, request: TakeRequest, cancelled: Cancelled = lambda: False) -> AudioClip:
        """Make one take; see `musemate.engine.base.Model`."""
        layers = self.layers(request, cancelled)
        if layers:
            return layers[-1].clip
        return self._silence(request)

    def layers(self, request: TakeRequest, cancelled: Cancelled = lambda: False) -> list[Layer]:
        """Make one take and return it at every scale; see `musemate.engine.base.LayeredModel`.

        Of a training that was stopped, one more layer comes last: what its finest scale made, brought to the fragment's
        rate.
        """
        with torch.inference_mode(), memory_errors_said(str(self.pyramid.device)):
            return self._layers(request, cancelled)

    def scale_clip(self, request: TakeRequest, scale: int) -> AudioClip:
        """Return new material as one trained scale holds it, at its own rate."""
        with torch.inference_mode():
            random = of_take(request.seed)
            *_, made = self.pyramid.signals(random, self._lengths(request)[: scale + 1])
            return self._clip(made, self.scales.rates_hz[scale])

    def _layers(self, request: TakeRequest, cancelled: Cancelled) -> list[Layer]:
        if request.mode == "reconstruction":
            made = list(self.pyramid.reconstruct(self._lengths(request), cancelled))
            made = [signal[..., : self._length(request, index)] for index, signal in enumerate(made)]
        elif request.mode == "variation":
            made = self._varied(request, cancelled)
        else:
            random = chance_of(request, of_take, lambda step: 0)
            made = list(self.pyramid.signals(random, self._lengths(request), cancelled=cancelled))
        rates = self.scales.rates_hz
        layers = [Layer(scale_name(rate), self._clip(x, rate)) for rate, x in zip(rates, made, strict=False)]
        n_trained = len(self.pyramid.generators)
        if n_trained < len(rates) and len(layers) == n_trained:
            finest = layers[-1]
            take = _fitted(finest.clip.resampled(rates[-1]), request.seconds)
            layers.append(Layer(f"{finest.name} at {scale_name(rates[-1])}", take))
        return layers

    def _varied(self, request: TakeRequest, cancelled: Cancelled) -> list[torch.Tensor]:
        """Make the scales above a real low band, which comes first as its own layers."""
        n_given = self._n_given(request)
        real = [self._repeated(index, self._length(request, index)) for index in range(n_given)]
        random = chance_of(request, of_take, lambda step: self._given_at(request, step.closeness))
        lengths = self._lengths(request)
        return [*real, *self.pyramid.signals(random, lengths, real[-1], n_given, cancelled)]

    def _n_given(self, request: TakeRequest) -> int:
        """Return how many coarse scales are real.

        The published code gives the coarsest; closeness 0 does the same, closeness 1 leaves one scale to be made.
        """
        n_trained = len(self.pyramid.generators)
        if n_trained < 2:
            raise CheckpointError(
                _("This training was stopped before its second scale was finished, so it cannot make variations yet."),
                hint=_("Go on with the training, or make new material."),
            )
        if request.scale is None:
            return self._given_at(request, request.closeness)
        if request.scale > n_trained - 2:
            raise SettingsError(
                _("A variation cannot start from scale {scale}: no trained scale is left to be made.").format(
                    scale=request.scale
                ),
                hint=_("Choose 0 to {most}.").format(most=n_trained - 2),
            )
        return request.scale + 1

    def _given_at(self, request: TakeRequest, closeness: float) -> int:
        """Return how many coarse scales are real in a variation of some closeness, or from the chosen scale on."""
        if request.scale is not None:
            return request.scale + 1
        return 1 + round(closeness * (len(self.pyramid.generators) - 2))

    def _repeated(self, scale: int, length: int) -> torch.Tensor:
        """Return the fragment at a scale, from its beginning again where a take is longer."""
        signal = self.scales.signals[scale].to(self.pyramid.device)
        return signal.repeat(1, -(-length // signal.shape[1]))[None, :, :length]

    def _lengths(self, request: TakeRequest) -> list[int]:
        if request.mode == "reconstruction":
            return self.scales.lengths
        return [self._length(request, index) for index in range(len(self.scales.rates_hz))]

    def _length(self, request: TakeRequest, scale: int) -> int:
        wanted = round(request.seconds * self.scales.rates_hz[scale])
        return min(wanted, self.scales.lengths[scale]) if request.mode == "reconstruction" else wanted

    def _clip(self, signal: torch.Tensor, rate_hz: int) -> AudioClip:
        return to_clip(signal[0].cpu().numpy().copy(), self.gain, rate_hz)

    def _silence(self, request: TakeRequest) -> AudioClip:
        """Return what there is of a take that was cancelled before its first scale."""
        rate_hz = self.scales.rates_hz[-1]
        return AudioClip(torch.zeros(self.pyramid.n_signals, round(request.seconds * rate_hz)).numpy(), rate_hz)


def _fitted(clip: AudioClip, seconds: float) -> AudioClip:
    """Cut a clip to a length that resampling may have passed by a sample."""
    return AudioClip(clip.samples[:, : round(seconds * clip.rate_hz)], clip.rate_hz)
