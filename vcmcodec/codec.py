"""Pictures to files and back: the two drawings of the design, read top to bottom.

The encoder walks through the decoder's own functions on quantised ops, so the two cannot drift.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import FormatError, ModelError
from vcmcodec.format import container
from vcmcodec.format.canvas import CANVAS_UNIT, canvas_size
from vcmcodec.format.container import Header, Layer
from vcmcodec.format.file_bytes import Data, file_bytes
from vcmcodec.layers import kinds
from vcmcodec.limits import DEFAULT_LIMITS, MAX_CANVAS, Limits
from vcmcodec.scene import CROP, Scene

if TYPE_CHECKING:
    from PIL.Image import Image

    from vcmcodec.encoder.goal import Goal
    from vcmcodec.io.picture import Source
    from vcmcodec.layers.crop.record import Crop

MODEL = 5
"""Id of the generator that new files name where they hold strokes and reference pixels alone."""

TEXTURE_MODEL = 6
"""The same where they hold texture: a network that sees T."""

NO_MODEL = 0
"""The same where no generator is wanted: the texture is the picture."""

_MODELS = {"auto": TEXTURE_MODEL, "mixed": TEXTURE_MODEL, "texture": TEXTURE_MODEL, "canvas": NO_MODEL}
"""Generators by scheme; the others' is MODEL."""


def encode_canvas(
    canvas: NDArray[np.uint8], header: Header, goal: Goal, scheme: str, reserved: int = 0
) -> tuple[Scene, list[tuple[int, bytes]]]:
    """The layers (kind, payload) of a canvas picture, uint8 (H, W, 3) RGB, that reach ``goal`` under
    ``header``, and the scene that a decoder will make of them. ``scheme``: see
    :data:`vcmcodec.encoder.schemes.SCHEMES`. ``reserved``: bytes of the goal that other layers take.

    Raises BudgetError where the goal is too small, ModelError where a model file is missing.
    """
    from vcmcodec.encoder import schemes
    from vcmcodec.encoder.rate_control import RateControl

    frame = len(container.write(header, [])) + reserved
    base, others = schemes.proposers(scheme, canvas, goal, frame)
    return RateControl(base, others, header, goal, reserved).run()


class Encoded(NamedTuple):
    """A file; ``width``, ``height``: its picture's size; ``crop``: where that lay in the photograph, None for
    all of it; ``faces``: how many there are, None where nobody looked; ``limit``: its budget, None for
    none."""

    data: builtins.bytes
    width: int
    height: int
    crop: Crop | None
    faces: int | None
    limit: int | None


def encode(
    image: Source,
    *,
    face: str = "whole",
    size: int = 256,
    colours: int | None = None,
    preset: str | None = None,
    bytes: int | None = None,
    bpp: float | None = None,
    quality: float | None = None,
    detail: float | None = None,
    scheme: str | None = None,
    place: bool = True,
    feature: int | None = None,
) -> builtins.bytes:
    """The face of a picture as a ``.vcm`` file.

    ``image``: a path, a Pillow image, or an array: grey (H, W) or (H, W, 1), RGB (H, W, 3) or RGBA (H, W, 4),
    laid over white, of uint8, of uint16, 0..65535, or of floats, 0..1. What is coded has sides of 16 to 8192
    pixels.
    ``face``: ``whole``, the picture as it is; ``auto``, the largest face of a photograph, cropped as the
    training faces are, or the whole picture where it is already framed like that, as ``vcm encode`` does;
    a number, from 1, the largest; or ``X,Y,W,H``. ``place``: whether the file says where a crop lay, in about
    14 bytes, which the size includes. ``size``: the canvas's longest side in pixels, a multiple of 32 up to
    1024. ``colours``: the most reference pixels to send, None for as many as are worth it.

    How large the file gets is settled by one of ``preset`` (see :data:`vcmcodec.encoder.goal.PRESETS`; the
    default is ``normal``), ``bytes``, ``bpp`` (bits per pixel of the picture that is coded) and ``quality``,
    0 to 100. ``bytes`` and ``bpp`` are never exceeded; a preset is exceeded only where even the smallest file
    is larger and no ``detail`` is given. ``detail``, 0 to 100: the quality of the base layer alone, which is
    strokes, or texture where ``scheme`` asks for it; the other layers take what is left of a budget, or of
    what ``quality`` takes. ``scheme``: what the file is made of, see
    :data:`vcmcodec.encoder.schemes.SCHEMES`; None for ``strokes`` where ``detail`` or ``colours`` is given,
    else for ``auto``: texture, from about .045 bits per pixel on with strokes after it where texture leaves
    much of the picture and opencv_contrib is there to find them.

    ``feature``: bytes of the face's embedding, 16 to 64, 32 being enough to tell people apart; None for none.
    It is biometric data (see :func:`vcmcodec.match`): :func:`vcmcodec.truncation.without` drops it.

    Raises PictureError for what is no such picture or has no such face, BudgetError for a budget that is
    too small, ModelError for a missing or altered model file, ValueError for an argument out of range and for
    other arrays.
    """
    if face == "all":
        raise ValueError("face 'all' makes several files: encode_faces")
    more = {"size": size, "colours": colours, "scheme": scheme, "place": place, "feature": feature}
    sizes = {"preset": preset, "bytes": bytes, "bpp": bpp, "quality": quality, "detail": detail}
    return encode_faces(image, face=face, **sizes, **more)[0].data  # type: ignore[arg-type]


def encode_faces(
    image: Source,
    *,
    face: str = "all",
    size: int = 256,
    scheme: str | None = None,
    detail: float | None = None,
    colours: int | None = None,
    place: bool = True,
    feature: int | None = None,
    **sizes: float | str | None,
) -> list[Encoded]:
    """A file for each face of a picture, the largest first, or for that of ``face``; else as
    :func:`encode`."""
    from vcmcodec.encoder import opencv, schemes

    scheme = schemes.scheme_of(scheme, detail, colours)
    opencv.check(strokes=scheme not in schemes.NO_STROKES)
    from vcmcodec.encoder import face_choice, photograph, plain
    from vcmcodec.encoder.goal import goal_of
    from vcmcodec.io import picture

    if size % CANVAS_UNIT or not CANVAS_UNIT <= size <= MAX_CANVAS:
        raise ValueError(f"size {size} is not a multiple of {CANVAS_UNIT} up to {MAX_CANVAS}")
    face_choice.check(face)
    pixels = picture.load(image, crops=face != "whole")

    def coded(cut: photograph.Cut) -> Encoded:
        height, width = cut.pixels.shape[:2]
        across, down = canvas_size(width, height, size)
        size_of = {"picture": width * height, "canvas": across * down}
        goal = goal_of(**size_of, detail=detail, colours=colours, **sizes)  # type: ignore[arg-type]
        canvas = picture.resize(cut.pixels, across, down)
        model = _MODELS.get(scheme, MODEL) if plain.colour(canvas) is None else NO_MODEL
        header = Header(width, height, size, model, plain.is_grey(canvas))
        last = [(CROP, cut.crop.write())] if place and cut.crop else []
        first = []
        if feature is not None:
            from vcmcodec.encoder import feature as embedding  # which loads what other layers do without

            first = [embedding.layer(cut.pixels, feature)]
        _, layers = encode_canvas(canvas, header, goal, scheme, container.framed([*first, *last]))
        data = container.write(header, [*first, *layers, *last])
        return Encoded(data, width, height, cut.crop, cut.faces, goal.limit)

    return [coded(cut) for cut in photograph.framed(pixels, face)]


def decode_layers(header: Header, found: Sequence[Layer], limits: Limits = DEFAULT_LIMITS) -> Scene:
    """The scene that layers describe; unknown layers are skipped where they may be.

    Raises FormatError, UnsupportedError, LimitError, ModelError (see :mod:`vcmcodec.errors`).
    """
    scene = Scene(*canvas_size(header.width, header.height, header.side))
    for index, layer in enumerate(found):
        scene = kinds.decode(scene, layer, index, limits)
    return scene


def decode_scene(data: Data, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Header, Scene]:
    """Header and scene of a file, its bytes or a path: E, M, C and T without running the generator.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError, ModelError.
    """
    header, found = container.read(file_bytes(data, limits), limits)
    return header, decode_layers(header, found, limits)


def decode(
    data: Data,
    *,
    base_only: bool = False,
    colours: int | None = None,
    realism: float = 1.0,
    device: str = "auto",
    limits: Limits = DEFAULT_LIMITS,
) -> Image:
    """The picture of a ``.vcm`` file, an RGB Pillow image of the picture's own size. ``data``: its
    bytes, in any buffer, or a path to it.

    ``base_only``: from the strokes alone. ``colours``: from at most the first N reference
    pixels. ``realism``: from 0, the picture nearest to the original, to 1, the most natural one (Yang et al.
    2021, "imagery effect control"), with grain, fine noise that the decoder draws (spec/FORMAT.md, section
    9), in proportion. ``device``: ``auto``, ``cuda`` or ``cpu`` (see :func:`vcmcodec.render.generator.load`).

    Of a file without a layer of the picture, such as one cut to its feature, the generator invents a face
    (see :class:`vcmcodec.inspection.Info`, ``pictured``).

    Raises FormatError, TruncatedError, UnsupportedError, LimitError for what is no such file,
    ModelError where the file names another generator or its model file is missing or altered, and
    ValueError for ``colours`` below 0 or ``realism`` out of range.
    """
    found = decode_scene(data, limits=limits)
    return next(render_scenes([found], base_only=base_only, colours=colours, realism=realism, device=device))


def preview(data: Data, *, limits: Limits = DEFAULT_LIMITS) -> Image:
    """The picture that the texture layers of a ``.vcm`` file, its bytes or a path, hold, an RGB Pillow image
    of the picture's own size: no network, in milliseconds.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError for what is no such file, FormatError
    where it holds no texture, and ModelError where the texture's model files are missing or altered.
    """
    return previewed(*decode_scene(data, limits=limits))


def previewed(header: Header, scene: Scene) -> Image:
    """The same of what :func:`decode_scene` gave.

    Raises FormatError where there is no texture, ModelError.
    """
    from PIL import Image as pillow

    from vcmcodec.io import picture
    from vcmcodec.render import grey

    canvas = grey.toned(shown(scene), header.grey)
    return pillow.fromarray(picture.resize(canvas, header.width, header.height))


def shown(scene: Scene) -> NDArray[np.uint8]:
    """What the texture of a scene shows, uint8 (H, W, 3) RGB.

    Raises FormatError where there is no texture, ModelError.
    """
    picture = scene.shown
    if picture is None:
        raise FormatError("no texture layer to show")
    return picture


def render_scenes(
    found: Sequence[tuple[Header, Scene]],
    *,
    base_only: bool = False,
    colours: int | None = None,
    realism: float = 1.0,
    device: str = "auto",
) -> Iterator[Image]:
    """The pictures of scenes that :func:`decode_scene` gave, made in batches, each enlarged and given
    its grain when its turn comes; otherwise as :func:`decode`.

    Raises ValueError as :func:`decode` does. A scene whose generator fails raises ModelError at its turn, one
    without generator and texture FormatError; the others' turns come all the same.
    """
    if colours is not None and colours < 0:
        raise ValueError(f"colours {colours} is below 0")
    if not 0 <= realism <= 1:
        raise ValueError(f"realism {realism} is not in 0..1")
    from PIL import Image as pillow

    from vcmcodec.io import picture
    from vcmcodec.render import generator, grain, grey

    count = 0 if base_only else colours
    by_model: dict[int, list[int]] = {}
    for index, (header, _) in enumerate(found):
        if header.model != NO_MODEL:
            by_model.setdefault(header.model, []).append(index)
    canvases: dict[int, NDArray[np.uint8] | ModelError] = {}
    for model, members in by_model.items():
        scenes = [found[index][1] if count is None else found[index][1].first(count) for index in members]
        try:
            canvases |= zip(members, generator.load(model, device).run(scenes, realism))
        except ModelError as error:
            canvases |= dict.fromkeys(members, error)

    def enlarged(index: int) -> Image:
        header, scene = found[index]
        canvas = shown(scene) if header.model == NO_MODEL else canvases.pop(index)
        if isinstance(canvas, ModelError):
            raise canvas
        sized = picture.resize(grey.toned(canvas, header.grey), header.width, header.height)
        strength = 0 if scene.plain else round(grain.FULL * realism)
        return pillow.fromarray(grain.add(sized, strength))

    return map(enlarged, range(len(found)))  # which goes on behind one that fails, as no generator does
