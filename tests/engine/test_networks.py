"""Networks, retrieval and losses: shapes, gradients, and pieces that equal the whole."""

from itertools import pairwise

import pytest
import torch

from musemate.engine.frames.losses import (
    feature_matching,
    fft_sizes,
    hinge_discriminator,
    sliced_wasserstein,
    spectral_loss,
)
from musemate.engine.frames.pyramid import ScaleCritic, ScaleGenerator, pad_to_multiple, pool, upsample
from musemate.engine.frames.renderer import Renderer, SpectrumDiscriminator
from musemate.engine.frames.retrieval import CONTINUITY, _under, between, nearest_frames, with_context
from musemate.engine.frames.stack import Pyramid


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def _missing_gradients(module: torch.nn.Module) -> list[str]:
    return [n for n, p in module.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]


def test_renderer_length_and_gradients() -> None:
    renderer = Renderer(5, 16, 2, 2, 64)
    sound = renderer(torch.randn(3, 5, 21))
    assert sound.shape == (3, 2, 20 * 64)
    sound.square().mean().backward()
    assert _missing_gradients(renderer) == []


@pytest.mark.parametrize("n", [2, 40, 131])
def test_rendering_in_pieces_equals_the_whole(n: int) -> None:
    renderer = Renderer(5, 16, 2, 2, 64)
    frames = torch.randn(5, n)
    with torch.inference_mode():
        whole = renderer(frames[None])[0]
    pieced = renderer.render(frames, piece=17)
    torch.testing.assert_close(pieced, whole, atol=1e-5, rtol=1e-4)


def test_discriminator_gradients_reach_every_layer_and_the_sound() -> None:
    discriminator = SpectrumDiscriminator(2, 256)
    sound = torch.randn(2, 2, 2048, requires_grad=True)
    discriminator(sound)[-1].mean().backward()
    assert _missing_gradients(discriminator) == []
    assert sound.grad is not None
    assert float(sound.grad.abs().sum()) > 0


def test_scale_networks_keep_the_shape_and_pass_gradients() -> None:
    made = ScaleGenerator(4, 3, 8, torch.ones(4))
    critic = ScaleCritic(4, 3, 8)
    guide = torch.randn(2, 3, 33)
    frames = made(torch.randn(2, 4, 33), torch.randn(2, 4, 33), guide)
    assert frames.shape == (2, 4, 33)
    critic(frames, guide).mean().backward()
    assert _missing_gradients(made) == []
    assert _missing_gradients(critic) == []


def test_pool_undoes_upsample_of_a_line() -> None:
    line = torch.arange(16.0)[None, None]
    torch.testing.assert_close(pool(upsample(line), 2)[..., 1:-1], line[..., 1:-1])
    assert pad_to_multiple(torch.ones(2, 17), 16).shape == (2, 32)


def test_pyramid_draws_the_same_from_the_same_seed_and_starts_where_it_is_told() -> None:
    pyramid = Pyramid((4, 2, 1), [ScaleGenerator(3, 2, 8, torch.ones(3)) for _ in range(3)])
    guide = torch.randn(1, 2, 64)
    one, two, other = (pyramid.draw(torch.Generator().manual_seed(s), guide) for s in (1, 1, 2))
    assert one.shape == (1, 3, 64)
    assert torch.equal(one, two)
    assert not torch.equal(one, other)
    given = torch.randn(1, 3, 64)
    everything = pyramid.draw(torch.Generator(), guide, given=given, n_given=3)
    assert torch.equal(everything, given)
    assert pyramid.draw(torch.Generator(), guide, given=given, n_given=1, upto=2).shape == (1, 3, 32)


def test_pyramid_follows_its_guide() -> None:
    pyramid = Pyramid((2, 1), [ScaleGenerator(3, 2, 8, torch.ones(3)) for _ in range(2)])
    still, moving = (
        pyramid.draw(torch.Generator().manual_seed(0), g) for g in (torch.zeros(1, 2, 8), torch.ones(1, 2, 8))
    )
    assert not torch.equal(still, moving)


def test_retrieval_finds_a_piece_of_the_library_again() -> None:
    library = torch.randn(6, 500)
    match = nearest_frames(library[:, 120:300], library, 2)
    assert match[3:-3].tolist() == list(range(123, 297))


def test_retrieval_keeps_a_running_match_over_an_equal_one() -> None:
    piece = torch.randn(3, 50)
    library = torch.cat([piece, piece], dim=1)
    match = nearest_frames(piece, library, 1)
    # the very last frame has no neighbour on its right, so only the library's own end equals it
    assert match[:-1].tolist() == list(range(49))


def test_retrieval_finds_moments_between_frames() -> None:
    library = torch.randn(6, 401, generator=torch.Generator().manual_seed(3))
    match = nearest_frames(library[:, 122:300:4], library, 2, phases=4)
    assert match[2:-2].tolist() == list(range(130, 292, 4))


@pytest.mark.parametrize("context", [0, 2])
def test_retrieval_equals_one_search_after_another(monkeypatch: pytest.MonkeyPatch, context: int) -> None:
    library = torch.randn(6, 300).cumsum(dim=1)
    order = torch.cat([torch.arange(start, start + 15) for start in torch.randint(0, 285, (20,)).tolist()])
    query = library[:, order] + 0.3 * torch.randn(6, 300)
    rows, columns = with_context(query, context), with_context(library, context)
    distances = rows.square().sum(dim=1)[:, None] + columns.square().sum(dim=1) - 2 * rows @ columns.T
    wanted, last = [], -1
    for row in distances.clamp_min(0).tolist():
        running = last + 1
        keeps = 0 < running < 300 and row[running] <= CONTINUITY * min(row) + 1e-9
        last = running if keeps else row.index(min(row))
        wanted.append(last)
    assert nearest_frames(query, library, context).tolist() == wanted
    monkeypatch.setattr("musemate.engine.frames.retrieval.MAX_DISTANCES", 300 * 64)  # in pieces
    assert nearest_frames(query, library, context).tolist() == wanted
    assert sum(j != i + 1 for i, j in pairwise(wanted)) > 10  # it jumps, too
    assert sum(j == i + 1 for i, j in pairwise(wanted)) > 100


def test_limits_are_rounded_down_only() -> None:
    exact = torch.tensor([0.1, 0.5, 0.3, 1e-9, 123.456], dtype=torch.float64)
    rounded = _under(exact)
    assert rounded.dtype == torch.float32
    assert (rounded.double() <= exact).all()
    above = rounded.nextafter(torch.full_like(rounded, torch.inf))
    assert (above.double() > exact).all()


def test_frames_are_read_between_their_neighbours() -> None:
    frames = torch.tensor([[0.0, 1.0, 4.0]])
    assert between(frames, torch.tensor([0.0, 0.5, 1.25, 2.0])).tolist() == [[0.0, 0.5, 1.75, 4.0]]


def test_spectral_loss_is_zero_only_for_the_same_sound() -> None:
    sizes = fft_sizes(8000)
    assert sizes == (1024, 512, 256, 64)
    sound = torch.randn(2, 1, 4000) * 0.1
    assert float(spectral_loss(sound, sound, sizes)) == 0
    assert float(spectral_loss(sound * 0.5, sound, sizes)) > 0.5


def test_hinge_and_feature_matching_by_hand() -> None:
    assert float(hinge_discriminator(torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 0.0]))) == pytest.approx(0.25 + 0.5)
    real, fake = [torch.tensor([1.0, 3.0])], [torch.tensor([2.0, 3.0])]
    assert float(feature_matching(real, fake)) == pytest.approx(0.25)


def test_sliced_wasserstein_ignores_order_and_sees_shifts() -> None:
    frames = torch.randn(2, 3, 40)
    directions = torch.eye(3)
    shuffled = frames[:, :, torch.randperm(40)]
    assert float(sliced_wasserstein(shuffled, frames, 1, directions)) == pytest.approx(0, abs=1e-6)
    assert float(sliced_wasserstein(frames + 0.5, frames, 1, directions)) == pytest.approx(0.5, abs=1e-5)
    # patches of two frames see the order that single frames do not
    assert float(sliced_wasserstein(shuffled, frames, 2, torch.randn(6, 32))) > 0.02
