"""``vcm decode --onto``: faces back into the picture that they were cut out of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click

import vcmcodec
from vcmcodec import FormatError, PictureError, VcmError
from vcmcodec.cli import batch, files, worklist
from vcmcodec.codec import previewed
from vcmcodec.layers import kinds


class Pasting(NamedTuple):
    """The arguments of ``vcm decode`` that matter here."""

    onto: Path
    output: files.Output | None
    suffix: str
    quality: int
    force: bool
    recursive: bool

    def run(
        self,
        sources: tuple[Path, ...],
        read: Callable[[Path], bytes],
        limits: vcmcodec.Limits,
        look: dict[str, Any] | None,
    ) -> list[batch.Result]:
        """Decodes all ``sources``, by ``look`` (see :func:`vcmcodec.render_scenes`) or, where that is None,
        to their previews, and writes the picture with all of them; one that fails stops all.

        Raises click.UsageError where arguments make no sense, and ExistsError, OutputError, PictureError.
        """
        from PIL import Image

        from vcmcodec.io import picture
        from vcmcodec.render import paste

        if self.output is None or self.output.folder or self.output.path.is_dir():
            raise click.UsageError("--onto makes one picture: -o names it")
        target = self.output.path
        stream = target == files.STANDARD or files.is_stream(target)
        if not stream and target.suffix.lower() not in picture.SUFFIXES:
            raise click.UsageError(f"the output {target} must end in one of {', '.join(picture.SUFFIXES)}")
        files.output_path(self.onto, target, target.suffix)
        files.free(files.about(target), self.force)
        files.about(self.onto)
        whole = picture.load(self.onto, crops=True)
        found, missing = worklist.there(sources)
        for path in missing:
            raise click.UsageError(f"{path.path} {path.reason}")
        for source in found:
            files.output_path(source, target, target.suffix)
        done: list[batch.Result] = []
        for source in (one for name in found for one in worklist.below(name, (".vcm",), self.recursive)):
            try:
                header, scene = vcmcodec.decode_scene(read(source), limits=limits)
                if scene.crop is None:
                    raise FormatError("the file does not say where it lay: it has no crop layer")
                if look is None:
                    face = previewed(header, scene)
                else:
                    face = next(vcmcodec.render_scenes([(header, scene)], **look))
                whole = paste.paste(whole, face, scene.crop, limits)
            except PictureError as error:
                return [worklist.Failed(self.onto, error.exit_code, str(error))]
            except VcmError as error:
                return [worklist.Failed(source, error.exit_code, str(error))]
            invented = () if kinds.pictured(scene.parts) else (f"warning: {kinds.INVENTED}",)
            done.append(batch.Report(source, invented))
        ending = self.suffix if stream else target.suffix.lower()
        files.write(target, picture.coded(Image.fromarray(whole), ending, self.quality))
        return done
