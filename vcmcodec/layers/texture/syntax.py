"""The syntax of a texture layer (spec/FORMAT.md, section "Coefficients"). Normative, integers only.

How large a level is to be expected follows from the mean size of its coefficient and the step, and from the
levels before it: a face that is unlike others is so in many coefficients. A later layer refines what earlier
layers left open: the lowest bits of levels, and coefficients of higher ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vcmcodec.entropy.binarise import NUMBER_BINS, signed, tree, unsigned
from vcmcodec.entropy.contexts import Coder, Elements
from vcmcodec.layers.texture import steps
from vcmcodec.layers.texture.frame import Frame
from vcmcodec.layers.texture.head import SHIFTS
from vcmcodec.layers.texture.part import FACE_STEPS, Known, Texture, face_step
from vcmcodec.layers.texture.tables import MAX_COUNT, Transform

_SIZES = 48
_RANKS = 112
SUMS = 16
"""Classes that sums of magnitudes fall into."""

_elements = Elements()

FRAME = _elements.element(NUMBER_BINS, 4)
COUNT = _elements.element(NUMBER_BINS, 2 * 64, 2 * SHIFTS * 16)
LEVEL = _elements.element(
    NUMBER_BINS,
    2 * _SIZES,
    2 * _RANKS,
    SUMS * _SIZES,
    9 * _SIZES,
    SUMS * _SIZES,
    (SUMS + 1) * _SIZES,
    SHIFTS * _SIZES,
)
REFINE = _elements.element(8, SHIFTS * 4, SHIFTS * _SIZES)

WEIGHTS = _elements.size
"""How many weights the syntax is coded with."""

NEAR, FAR = 16, 64
"""How many preceding levels the two magnitude sums cover."""

MAX_MAGNITUDE = 15
"""Magnitudes are clipped to this in contexts."""

COUNT_UNIT = 4
"""A layer goes up to a rank that is a multiple of this, or to the last."""

Choose = Callable[[int, int, Sequence[int]], int]
"""The level to code, at the layer's shift, of a ``part`` and ``rank``, under contexts ``offsets``."""


def sum_class(total: int) -> int:
    """A sum of magnitudes as one of 16 classes: 0, 1, 2, 3, then two an octave."""
    if total < 4:
        return total
    bits = total.bit_length()
    return min(4 + 2 * (bits - 3) + (total >> (bits - 2) & 1), SUMS - 1)


def rank_class(rank: int) -> int:
    """A rank as one of 112 classes: the first 64 by themselves, then eight an octave."""
    if rank < 64:
        return rank
    bits = rank.bit_length()
    return min(64 + 8 * (bits - 7) + (rank >> (bits - 4) & 7), _RANKS - 1)


_SUM_NODES = tuple(LEVEL.bins * _SIZES * sum_class(total) for total in range(FAR * MAX_MAGNITUDE + 1))
_RANK_NODES = tuple(LEVEL.bins * rank_class(rank) for rank in range(MAX_COUNT))
_LAST_NODES = tuple(
    tuple(LEVEL.bins * _SIZES * (3 * min(one, 2) + min(two, 2)) for two in range(MAX_MAGNITUDE + 1))
    for one in range(MAX_MAGNITUDE + 1)
)
"""Offsets from a context's first weights: by a sum, by a rank, and by the last two magnitudes."""


def walk(
    coder: Coder,
    transform: Transform,
    known: Texture,
    shift: int,
    first: bool,
    counts: tuple[int, int] = (0, 0),
    choose: Choose | None = None,
) -> Texture:
    """``known`` with one more layer, which leaves the lowest ``shift`` bits open. Codes ``counts``, how many
    leading ranks of each part the layer goes through (rounded up), and the levels that ``choose`` gives;
    reads both if ``choose`` is None. ``first``: whether it is the file's first texture layer, which holds the
    frame and the face's step, too: they are coded from ``known``, or read.

    Raises ValueError where what is read is illegal.
    """
    frame, offset = known.frame, known.face_step
    if first:
        default = Frame()
        frame = Frame(
            *(
                signed(coder, value - usual, FRAME.at(index)) + usual
                for index, (value, usual) in enumerate(zip(frame, default))
            )
        )
        if reason := frame.fault():
            raise ValueError(reason)
        offset = coder.uniform(offset, FACE_STEPS)
    numbers = known.step, face_step(known.step, offset)
    parts: list[Known] = []
    nonzero = 0
    for part, basis in enumerate(transform.parts):
        most = -(-basis.count // COUNT_UNIT)
        offsets = COUNT.at(64 * part + numbers[part] // 2, 16 * (SHIFTS * part + shift) + sum_class(nonzero))
        units = unsigned(coder, -(-counts[part] // COUNT_UNIT), offsets)
        if units > most:
            raise ValueError("more coefficients than the transform has")
        count = min(COUNT_UNIT * units, basis.count)
        made = _levels(
            coder, part, basis.energy, numbers[part], known.parts[part], shift, count, nonzero, choose
        )
        parts.append(made)
        nonzero = sum(level != 0 for level in made.levels)
    return Texture(known.width, known.height, known.step, offset, frame, parts[0], parts[1])


def _levels(
    coder: Coder,
    part: int,
    energies: Sequence[int],
    number: int,
    known: Known,
    shift: int,
    count: int,
    nonzero_before: int,
    choose: Choose | None,
) -> Known:
    """The coefficients of one part: those of ranks 0..count - 1 coded or read down to ``shift``, and those
    beyond that earlier layers hold as they were. ``nonzero_before``: levels of the part before that are not
    0."""
    levels, shifts = list(known.levels), list(known.shifts)
    coded = len(levels)
    levels += [0] * (count - coded)
    shifts += [shift] * (count - coded)
    offset = 20 - steps.quarter_octaves(number) - 4 * shift
    most = _SIZES - 1
    # LEVEL.at() written out, with all that a rank does not change: this is called for every coefficient.
    bins = LEVEL.bins
    other = _SIZES * (sum_class(nonzero_before) + 1 if part else 0)
    fixed = LEVEL.at(_SIZES * part, _RANKS * part, 0, 0, 0, other, 0)
    by_size, by_rank, by_near, by_last, by_far, by_other, by_left = fixed
    sizes = [0] * FAR
    near = far = one = two = 0
    for rank in range(count):
        expected = energies[rank] + offset
        expected = 0 if expected < 0 else most if expected > most else expected
        left = shifts[rank] - shift if rank < coded else 0
        level = levels[rank]
        if rank < coded and left <= 0:
            pass  # an earlier layer coded it at least as finely
        elif level:
            offsets = REFINE.at(4 * min(left, SHIFTS - 1) + min(abs(level), 3), _SIZES * left + expected)
            size = abs(choose(part, rank, offsets)) if choose else 0
            size = (abs(level) << left) + tree(coder, size & (1 << left) - 1, left, offsets)
            levels[rank], shifts[rank] = (-size if level < 0 else size), shift
        else:
            bin = bins * expected
            offsets = [
                by_size + bin,
                by_rank + _RANK_NODES[rank],
                by_near + _SUM_NODES[near] + bin,
                by_last + _LAST_NODES[one][two] + bin,
                by_far + _SUM_NODES[far] + bin,
                by_other + bin,
                by_left + bins * _SIZES * left + bin,
            ]
            level = signed(coder, choose(part, rank, offsets) if choose else 0, offsets)
            if left and abs(level) >> left:
                raise ValueError("a level that a lower layer would have held")
            levels[rank], shifts[rank] = level, shift
        size = min(abs(levels[rank]), MAX_MAGNITUDE)
        near += size - sizes[rank % FAR - NEAR]
        far += size - sizes[rank % FAR]
        sizes[rank % FAR] = size
        one, two = size, one
    return Known(tuple(levels), tuple(shifts))
