"""The generator's network: a U-Net on E, M, C (Hu et al. 2020, section 3.3) and T that works at a quarter
of the picture's size inside, conditioned by FiLM on what there is of these and on realism.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from vcmcodec.render import inputs

CONTRACT = 3
"""Version of the input contract that this network keeps (spec/FORMAT.md, section "Generator")."""

WIDTHS = (64, 112, 160, 224)
"""Channels at 1/4, 1/8, 1/16 and 1/32 of the picture's size."""

ENCODER, DECODER, MIDDLE = (1, 1, 2, 1), (2, 2, 3), 4
"""Blocks at each size on the way down, at each but the least on the way up, and between."""

HEADS = 4
"""How many heads the attention in the middle has."""

CONDITION = 64
"""Channels of the condition of all blocks (FiLM, Perez et al. 2018)."""

SURE, COUNT = 0.25, 1.4
"""How sure a texture's colours are, and how many, in the terms of reference pixels."""

USUAL_STEP = 8.0
"""The binary logarithm of a texture's quantiser step in the middle of what is usual."""

FINER = 4.0
"""What T has beyond the colour hint is small, and is multiplied by this."""

FILL = 0.02
"""Weight of the coarser level in the colour hint, in reference pixels per cell."""


def colour_hint(mask: Tensor, colour: Tensor) -> tuple[Tensor, Tensor]:
    """A dense guess of the colours, and how sure it is, from sparse ones.

    ``mask`` (B, 1, H, W) in {0, 1}, ``colour`` (B, 3, H, W), 0 where the mask is 0. Returns
    (B, 3, H/4, W/4) and (B, 1, H/4, W/4). Means over cells of growing size; a cell without a
    reference pixel takes the next larger cell's. 0 where there is no reference pixel at all.
    """
    weights = [functional.avg_pool2d(mask, 4) * 16]
    sums = [functional.avg_pool2d(colour, 4) * 16]
    for _ in range(3):
        weights.append(functional.avg_pool2d(weights[-1], 2) * 4)
        sums.append(functional.avg_pool2d(sums[-1], 2) * 4)
    count = weights[-1].sum(dim=(2, 3), keepdim=True)
    hint = sums[-1].sum(dim=(2, 3), keepdim=True) / (count + 1e-3)
    hint = hint.expand_as(sums[-1])
    for level in range(3, -1, -1):
        if level < 3:
            hint = functional.interpolate(hint, scale_factor=2.0, mode="bilinear", align_corners=False)
        # Neighbouring cells count too: colours reach over the borders of the cells.
        weight = functional.avg_pool2d(weights[level], 3, 1, 1, count_include_pad=True)
        total = functional.avg_pool2d(sums[level], 3, 1, 1, count_include_pad=True)
        hint = (total + FILL * hint) / (weight + FILL)
    sure = functional.avg_pool2d(weights[0], 5, 1, 2)
    return hint * (count > 0).to(hint.dtype), sure


class Block(nn.Module):
    """Two 3x3 convolutions with a bypass, for ``width`` channels, scaled and shifted by the condition
    (B, CONDITION)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, width)
        self.film = nn.Linear(CONDITION, 2 * width)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        for layer in (self.film, self.second):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.film(condition)[:, :, None, None].chunk(2, dim=1)
        y = functional.leaky_relu(self.first(self.norm(x) * (1 + scale) + shift), 0.2)
        out: Tensor = x + self.second(y)
        return out


class Blocks(nn.ModuleList):
    """``count`` blocks in a row."""

    def __init__(self, width: int, count: int) -> None:
        super().__init__(Block(width) for _ in range(count))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        for block in self:
            x = block(x, condition)
        return x


class Attention(nn.Module):
    """Every place looks at every other, with a bypass: both eyes of a face are to match."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, width)
        self.ask = nn.Conv2d(width, 3 * width, 1)
        self.out = nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor) -> Tensor:
        batch, width, height, across = x.shape
        parts = self.ask(self.norm(x)).view(batch, 3, HEADS, width // HEADS, height * across)
        query, key, value = parts.transpose(3, 4).unbind(dim=1)
        y = functional.scaled_dot_product_attention(query, key, value)
        out: Tensor = x + self.out(y.transpose(2, 3).reshape(batch, width, height, across))
        return out


def renamed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights by the names that layers have now; checkpoints and ONNX files of before call ``film``
    otherwise."""
    return {name.replace(".told.", ".film."): weight for name, weight in state.items()}


class Generator(nn.Module):
    """E, M, C and T to a picture, by input contract 3 (:mod:`vcmcodec.render.contracts`). Inputs ``x``
    (B, 8, H, W), H and W multiples of 32: E and M in {0, 1}, C as RGB in -1..1 where M is 1, else 0, and T as
    RGB in -1..1, 0 where there is none; ``realism`` (B, 1), from 0, the picture nearest to the original, to
    1, the most natural one; ``known`` (B, 4): 1 where there are strokes, colours, texture, and the binary
    logarithm of T's quantiser step. Output (B, 3, H, W), RGB in -1..1: T, or the colour hint, and what is
    learned."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        # How natural, how many colours, whether there are strokes and texture, and how coarse this is.
        self.condition = nn.Sequential(nn.Linear(5, CONDITION), nn.SiLU(), nn.Linear(CONDITION, CONDITION))
        # Unshuffled E, M and C; the hint and its certainty; the number of colours; unshuffled T.
        self.stem = nn.Conv2d(16 * 5 + 4 + 1 + 16 * 3, widths[0], 3, padding=1)
        self.down = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in zip(widths, widths[1:]))
        self.encoder = nn.ModuleList(Blocks(width, count) for width, count in zip(widths, ENCODER))
        self.attention = Attention(widths[-1])
        self.middle = Blocks(widths[-1], MIDDLE)
        self.up = nn.ModuleList(nn.Conv2d(b, a, 3, padding=1) for a, b in zip(widths, widths[1:]))
        self.join = nn.ModuleList(nn.Conv2d(2 * a, a, 1) for a in widths[:-1])
        self.decoder = nn.ModuleList(Blocks(width, count) for width, count in zip(widths, DECODER))
        self.to_half = nn.Conv2d(widths[0] + 3, 4 * 32, 3, padding=1)
        self.mix_half = nn.Conv2d(32 + 4 + 12, 32, 3, padding=1)
        self.refine = Block(32)
        self.to_full = nn.Conv2d(32, 4 * 8, 3, padding=1)
        self.last = nn.Conv2d(8 + 1 + 3, 3, 3, padding=1)
        for layer, width in ((self.to_half, 32), (self.to_full, 8)):
            _same_in_each_cell(layer, width)

    @classmethod
    def of(cls, state: Mapping[str, Tensor]) -> Generator:
        """The generator that has these weights, whatever its widths.

        Raises KeyError or RuntimeError where they are another network's.
        """
        state = renamed(state)
        steps = [state[f"down.{level}.weight"] for level in range(len(WIDTHS) - 1)]
        made = cls((state["stem.weight"].shape[0], *(step.shape[0] for step in steps)))
        made.load_state_dict(state)
        return made

    def forward(self, x: Tensor, realism: Tensor, known: Tensor) -> Tensor:
        edge, mask, colour, texture = x[:, inputs.E], x[:, inputs.M], x[:, inputs.C], x[:, inputs.T]
        textured = known[:, inputs.TEXTURE, None, None, None]
        hint, sure = colour_hint(mask, colour)
        hint = hint + textured * (functional.avg_pool2d(texture, 4) - hint)
        sure = sure + textured * (SURE - sure)
        count = torch.log1p(mask.sum(dim=(2, 3), keepdim=True)) / 5
        count = count + textured * (COUNT - count)
        step = known[:, 2:3] * (known[:, 3:] - USUAL_STEP) / 4
        facts = torch.cat([realism, count.flatten(1), known[:, :1], known[:, 2:3], step], dim=1)
        condition = functional.silu(self.condition(facts))
        guess = functional.interpolate(hint, scale_factor=4.0, mode="bilinear", align_corners=False)
        finer = FINER * textured * (texture - guess)
        guess = guess + textured * (texture - guess)
        seen = [functional.pixel_unshuffle(x[:, inputs.DRAWN], 4), hint, sure, count.expand_as(sure)]
        y = torch.cat([*seen, functional.pixel_unshuffle(finer, 4)], dim=1)
        y = functional.leaky_relu(self.stem(y), 0.2)
        skips = []
        for level, blocks in enumerate(self.encoder):
            if level:
                skips.append(y)
                y = functional.leaky_relu(self.down[level - 1](y), 0.2)
            y = blocks(y, condition)
        y = self.middle(self.attention(y), condition)
        for level in range(len(skips) - 1, -1, -1):
            y = functional.interpolate(self.up[level](y), scale_factor=2.0, mode="nearest")
            y = self.decoder[level](self.join[level](torch.cat([y, skips[level]], dim=1)), condition)
        y = functional.pixel_shuffle(functional.leaky_relu(self.to_half(torch.cat([y, hint], dim=1)), 0.2), 2)
        half = [functional.pixel_unshuffle(edge, 2), functional.pixel_unshuffle(finer, 2)]
        y = functional.leaky_relu(self.mix_half(torch.cat([y, *half], dim=1)), 0.2)
        y = self.refine(y, condition)
        y = functional.pixel_shuffle(functional.leaky_relu(self.to_full(y), 0.2), 2)
        # What is learned is the difference to texture or hint: colours need no learning.
        y = guess + self.last(torch.cat([y, edge, finer], dim=1))
        return y if self.training else y.clamp(-1, 1)


def _same_in_each_cell(layer: nn.Conv2d, width: int) -> None:
    """Starts the layer before a pixel shuffle with the same weights for each pixel of a cell, so
    that no checkerboard has to be unlearned (Aitken et al. 2017)."""
    with torch.no_grad():
        layer.weight.copy_(layer.weight[::4].repeat_interleave(4, dim=0)[: 4 * width])
        assert layer.bias is not None
        layer.bias.zero_()
