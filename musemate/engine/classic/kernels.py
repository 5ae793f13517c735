"""The costly operations of the networks, computed another way: dilated convolution, and norm with leaky rectifier.

Signals are (batch, channels, 1, time) with the channels of a moment side by side in memory (channels last). So oneDNN
convolves half as fast again as in torch's usual order, and a dilated convolution's gradients come as another dilated
convolution and as plain matrix products, where torch's own take up to ten times as long. The norm has its second
derivative written out: torch puts it together from some thirty passes over memory, which is a third of a published
step. What is computed stays the same; the tests compare with torch in double precision.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch.autograd import Function
from torch.nn import functional as F

from musemate.engine.base import Cancelled

SLOPE = 0.2
"""Of the leaky rectifier."""
EPSILON = 1e-5
CHUNK = 200_000
"""Values that are computed at a time where several passes are needed: they stay in the processor's cache."""


_only_into_signals = False
_cancelled: Cancelled | None = None


class StepCancelledError(Exception):
    """A step was cancelled inside."""


@contextmanager
def interruptible(cancelled: Cancelled) -> Iterator[None]:
    """Ask at each convolution inside whether to go on: a step of a fast, long scale takes most of a minute on a CPU.

    Raises
    ------
    StepCancelledError
        `cancelled()` turned True.
    """
    global _cancelled
    _cancelled = cancelled
    try:
        yield
    finally:
        _cancelled = None


def go_on() -> None:
    """Raise `StepCancelledError` where the step that computes has been cancelled."""
    if _cancelled is not None and _cancelled():
        raise StepCancelledError


@cache
def has_quick_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 by itself (AVX512_BF16 or AMX); others emulate it, slowly."""
    # torch before 2.9 does not tell
    found = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


@contextmanager
def only_into_signals() -> Iterator[None]:
    """Compute no gradients with respect to weights inside: torch asks its own functions for what is wanted only."""
    global _only_into_signals  # backward runs on other threads too
    _only_into_signals = True
    try:
        yield
    finally:
        _only_into_signals = False


def convolve(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, dilation: int) -> torch.Tensor:
    """Convolve without padding, (batch, n_in, 1, n) with (n_out, n_in, n_taps); may be differentiated twice.

    The second derivative is that of the first with respect to `x`; the one with respect to the weights has none.
    """
    y: torch.Tensor = _Convolution.apply(x, weight[:, :, None], dilation)
    return y if bias is None else y + bias[:, None, None].to(y.dtype)


class _Convolution(Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, dilation: int) -> torch.Tensor:
        go_on()
        ctx.save_for_backward(x, weight)
        ctx.dilation = dilation
        return _last(F.conv2d(x, _last(weight), dilation=(1, dilation)))

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor | None, None]:
        x, weight = ctx.saved_tensors
        into_x = _IntoInput.apply(grad, weight, ctx.dilation) if ctx.needs_input_grad[0] else None
        wanted = ctx.needs_input_grad[1] and not _only_into_signals
        into_weight = _IntoWeight.apply(grad, x, weight, ctx.dilation) if wanted else None
        return into_x, into_weight, None


class _IntoInput(Function):
    """The gradient of a convolution with respect to its input: a convolution with the taps turned round."""

    @staticmethod
    def forward(ctx: Any, grad: torch.Tensor, weight: torch.Tensor, dilation: int) -> torch.Tensor:
        go_on()
        ctx.save_for_backward(grad, weight)
        ctx.dilation = dilation
        reach = (weight.shape[-1] - 1) * dilation
        turned = _last(weight.flip(3).transpose(0, 1))
        return _last(F.conv2d(grad, turned, padding=(0, reach), dilation=(1, dilation)))

    @staticmethod
    def backward(ctx: Any, cotangent: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor | None, None]:
        grad, weight = ctx.saved_tensors
        into_grad = _Convolution.apply(cotangent, weight, ctx.dilation) if ctx.needs_input_grad[0] else None
        into_weight = _IntoWeight.apply(grad, cotangent, weight, ctx.dilation) if ctx.needs_input_grad[1] else None
        return into_grad, into_weight, None


class _IntoWeight(Function):
    """The gradient of a convolution with respect to its weights: a product of matrices for each tap."""

    @staticmethod
    def forward(ctx: Any, grad: torch.Tensor, x: torch.Tensor, weight: torch.Tensor, dilation: int) -> torch.Tensor:
        go_on()
        if grad.dtype == torch.bfloat16 or grad.shape[1] == 1 or x.shape[1] == 1:
            only_weight = [False, True, False]
            gradients: tuple[torch.Tensor, ...] = torch.ops.aten.convolution_backward(
                grad, x, weight, None, [1, 1], [0, 0], [1, dilation], False, [0, 0], 1, only_weight
            )
            return gradients[1]
        n = grad.shape[3]
        by_time = [(g[:, 0].t(), row[:, 0].t()) for g, row in zip(grad, x, strict=True)]
        taps = [sum(g.t() @ row[k * dilation : k * dilation + n] for g, row in by_time) for k in range(weight.shape[3])]
        return torch.stack(taps, dim=-1)[:, :, None]

    @staticmethod
    def backward(ctx: Any, _: torch.Tensor) -> tuple[None, None, None, None]:
        raise NotImplementedError("the gradient with respect to the weights is not differentiated again")


def _last(x: torch.Tensor) -> torch.Tensor:
    """Put the channels side by side, where they are not: torch takes a single one for either order."""
    return x.contiguous(memory_format=torch.channels_last)


def norm_and_rectify(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, dtype: torch.dtype
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Normalise every row by its own mean and variance over time, scale, shift, rectify leakily.

    May be differentiated twice; the second derivative is that of the first with respect to `x`.

    Parameters
    ----------
    x : Tensor, shape (batch, channels, 1, n)
    weight, bias : Tensor, shape (channels,)
    dtype : torch.dtype
        Of the result.

    Returns
    -------
    Tensor, shape (batch, channels, 1, n)
    Tensor, Tensor, shape (batch, channels)
        Means, and variances over n (not n - 1).
    """
    result: tuple[torch.Tensor, torch.Tensor, torch.Tensor] = _NormRectify.apply(x, weight, bias, dtype)
    return result


class _NormRectify(Function):
    """With xh = (x - mean) * inv, inv = 1 / sqrt(variance + EPSILON): y = rectified(weight * xh + bias)."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, dtype: torch.dtype
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        y = torch.empty_like(x, dtype=dtype)
        means, variances = (torch.empty(x.shape[:2], device=x.device, dtype=_exact(x)) for _ in range(2))
        for row, out, mean, variance in zip(_rows(x), _rows(y), means, variances, strict=True):
            mean.copy_(sum(part.sum(0) for (part,) in _parts(row)) / len(row))
            variance.copy_(sum((part - mean).square_().sum(0) for (part,) in _parts(row)) / len(row))
            gain = weight * (variance + EPSILON).rsqrt()
            shift = bias - mean * gain
            for part, out_part in zip(_parts(row), out.split(_chunk(row)), strict=True):
                out_part.copy_(F.leaky_relu_(torch.addcmul(shift, part[0], gain), SLOPE))
        inverse = (variances + EPSILON).rsqrt()
        ctx.save_for_backward(x, y, weight, means, inverse)
        ctx.mark_non_differentiable(means, variances)
        return y, means, variances

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor, *_: object) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, None]:
        return *_NormRectifyBack.apply(grad, *ctx.saved_tensors), None


class _NormRectifyBack(Function):
    """With g the gradient behind the rectifier, a = mean(g), b = mean(g * xh): the gradient with respect to x is
    weight * inv * (g - a - xh * b).
    """

    @staticmethod
    def forward(
        ctx: Any,
        grad: torch.Tensor,
        x: torch.Tensor,
        y: torch.Tensor,
        weight: torch.Tensor,
        means: torch.Tensor,
        inverse: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        into_x = torch.empty_like(x)
        a, b = torch.zeros_like(means), torch.zeros_like(means)
        for i, (grads, xs, ys, outs) in enumerate(zip(*map(_rows, (grad, x, y, into_x)), strict=True)):
            n = len(xs)
            for g, x_part, y_part in _parts(grads, xs, ys):
                behind = _behind(g, y_part)
                a[i] += behind.sum(0)
                b[i] += behind.mul_(x_part).sum(0)
            b[i] = (b[i] - means[i] * a[i]) * inverse[i] / n
            a[i] /= n
            gain = weight * inverse[i]
            of_x = -gain * inverse[i] * b[i]
            constant = -gain * a[i] - of_x * means[i]
            for (g, x_part, y_part), out in zip(_parts(grads, xs, ys), outs.split(_chunk(xs)), strict=True):
                out.copy_(torch.addcmul(constant, x_part, of_x).addcmul_(_behind(g, y_part), gain))
        ctx.save_for_backward(grad, x, y, weight, means, inverse, a, b)
        n = x.shape[3]
        return into_x, n * b.sum(0), n * a.sum(0)

    @staticmethod
    def backward(
        ctx: Any, v: torch.Tensor, *_: object
    ) -> tuple[torch.Tensor, torch.Tensor, None, torch.Tensor, None, None]:
        """With v the cotangent of the gradient, v1 = mean(v), v2 = mean(v * xh), s = mean(v * g) - a * v1 - b * v2.

        Into grad: weight * inv * (v - v1 - xh * v2), through the rectifier; into x: -weight * inv^2 *
        (v2 * (g - a) + b * (v - v1) + (s - 2 * b * v2) * xh); into weight: n * inv * s.
        """
        grad, x, y, weight, means, inverse, a, b = ctx.saved_tensors
        into_grad, into_x, into_weight = torch.empty_like(grad), torch.empty_like(x), torch.zeros_like(weight)
        rows = zip(*map(_rows, (v, grad, x, y, into_grad, into_x)), strict=True)
        for i, (vs, grads, xs, ys, out_grads, out_xs) in enumerate(rows):
            n = len(xs)
            sums = torch.zeros(3, x.shape[1], device=x.device, dtype=_exact(x))
            for v_part, g, x_part, y_part in _parts(vs, grads, xs, ys):
                sums[0] += v_part.sum(0)
                sums[2] += _behind(g, y_part).mul_(v_part).sum(0)
                sums[1] += (x_part * v_part).sum(0)
            v1, v2, s = sums / n
            v2 = (v2 - means[i] * v1) * inverse[i]
            s -= a[i] * v1 + b[i] * v2
            into_weight += n * inverse[i] * s
            gain, inv = weight * inverse[i], inverse[i]
            outer = -gain * inv
            of_x = outer * inv * (s - 2 * b[i] * v2)
            constant = -outer * (v2 * a[i] + b[i] * v1) - of_x * means[i]
            grad_of_x, grad_constant = -gain * inv * v2, gain * (inv * means[i] * v2 - v1)
            places = zip(out_grads.split(_chunk(xs)), out_xs.split(_chunk(xs)), strict=True)
            for (v_part, g, x_part, y_part), (out_grad, out_x) in zip(_parts(vs, grads, xs, ys), places, strict=True):
                through = torch.addcmul(grad_constant, x_part, grad_of_x).addcmul_(v_part, gain)
                out_grad.copy_(_behind(through, y_part))
                into = torch.addcmul(constant, x_part, of_x).addcmul_(v_part, outer * b[i])
                out_x.copy_(into.addcmul_(_behind(g, y_part), outer * v2))
        return into_grad, into_x, None, into_weight, None, None


def _rows(x: torch.Tensor) -> list[torch.Tensor]:
    """Return each row of the batch as (n, channels), a view."""
    return list(x[:, :, 0].transpose(1, 2).unbind())


def _chunk(row: torch.Tensor) -> int:
    return max(1, CHUNK // row.shape[1]) if row.device.type == "cpu" else len(row)


def _parts(*rows: torch.Tensor) -> Iterator[tuple[torch.Tensor, ...]]:
    """Yield pieces of rows, in single precision or better; they are not to be changed."""
    for pieces in zip(*(row.split(_chunk(row)) for row in rows), strict=True):
        yield tuple(piece.to(_exact(piece)) for piece in pieces)


def _exact(x: torch.Tensor) -> torch.dtype:
    return torch.promote_types(x.dtype, torch.float32)


def _behind(grad: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Take a gradient back through the rectifier, whose result `y` has the sign of what went in."""
    behind: torch.Tensor = torch.ops.aten.leaky_relu_backward(grad, y, SLOPE, True)
    return behind
