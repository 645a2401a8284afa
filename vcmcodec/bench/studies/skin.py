"""Groups faces by the tone of their skin, for ``vcm bench --groups``.

``python -m vcmcodec.bench.studies.skin FOLDER... -o groups.csv``

The tone is the individual typology angle (Chardon, Cretois and Hourseau 1991) of the cheeks, as the picture
has them: its exposure and light count, too, so groups say how a codec treats pictures of light and of dark
skin, and nothing of a person.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from skimage.color import rgb2lab

from vcmcodec import ModelError, OutputError, PictureError
from vcmcodec.bench.run import options, runner
from vcmcodec.io import output, picture
from vcmcodec.metrics.landmarks import Dlib68

GROUPS = ((41.0, "light skin"), (10.0, "intermediate skin"), (-90.0, "dark skin"))
"""Names, and the angle in degrees above which each begins: the literature's bounds of six kinds, of which two
lie in each."""

# Of the 68 landmarks: jaw, nostril and lower lid of each side, whose mean lies on the cheek.
CHEEKS = ((2, 31, 41), (14, 35, 46))
_EYES = (36, 45)


def angle(rgb: NDArray[np.float64]) -> float:
    """The individual typology angle of a colour, RGB 0..255, in degrees: -90, black, to 90, white."""
    lightness, _, yellow = rgb2lab(rgb[None, None] / 255)[0, 0]
    return float(np.degrees(np.arctan2(lightness - 50, max(0.0, yellow))))


def group(image: NDArray[np.uint8], marks: NDArray[np.float64]) -> str:
    """The group of the face in a picture, uint8 (H, W, 3), by its 68 landmarks, (68, 2) in pixels."""
    tone = angle(colour(image, marks, CHEEKS))
    return next(name for least, name in GROUPS if tone > least or least == GROUPS[-1][0])


def colour(
    image: NDArray[np.uint8], marks: NDArray[np.float64], places: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """The median RGB of a picture, uint8 (H, W, 3), around the means of the landmarks that each of ``places``
    names."""
    radius = max(2, round(0.12 * float(np.linalg.norm(marks[_EYES[0]] - marks[_EYES[1]]))))
    samples = []
    for place in places:
        x, y = (
            np.rint(marks[list(place)].mean(axis=0))
            .astype(int)
            .clip(0, (image.shape[1] - 1, image.shape[0] - 1))
        )
        patch = image[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1]
        samples.append(patch.reshape(-1, 3))
    return np.asarray(np.median(np.concatenate(samples), axis=0), dtype=np.float64)


def grouped(folders: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """The name, as vcm bench has it, and the group of each face below ``folders`` that is found. Pictures
    that cannot be read get a line on stderr and are skipped, as the bench skips them.

    Raises ModelError where the judge that finds landmarks is missing.
    """
    find = Dlib68()
    for path, name in runner.named(options.listed(folders), folders):
        try:
            image = picture.load(path)
        except PictureError as error:
            click.echo(f"{path}: {error}", err=True)
            continue
        marks = find(image)
        if marks is not None:
            yield name, group(image, marks)


@click.command()
@options.folders
@click.option("-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), required=True)
def main(folders: tuple[Path, ...], path: Path) -> None:
    """Write the groups of the faces below FOLDERS, given to vcm bench in the same order; faces that are not
    found have none."""
    text = io.StringIO()
    try:
        rows = list(grouped(folders))
        csv.writer(text).writerows([("file", "group"), *rows])
        output.write(path, text.getvalue().encode())
    except (ModelError, OutputError) as error:
        raise click.ClickException(str(error)) from None
    counts = Counter(found for _, found in rows)
    click.echo(", ".join(f"{name} {counts[name]}" for _, name in GROUPS))


if __name__ == "__main__":
    main()
