"""Puts the page together: ``python docs/web/build.py TARGET --npm FOLDER``.

TARGET becomes a folder that any file server can serve: the page, the decoder in JavaScript, the models that
it fetches, onnxruntime-web and lean-qr out of FOLDER/node_modules, and a few samples. It prints their sizes.
"""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import click
from PIL import Image

import vcmcodec
from vcmcodec.bench.studies import demo

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OWN = ("index.html", "style.css", "*.js")
MODELS = ("*.primer", "*.weights", "*.transform", "face-[0-9]*.onnx", "models.json")
UNREAD = "feature-"
"""So begin tables of a layer that the page does not look into."""

RUNTIME = (
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
    "ort.webgpu.min.mjs",
    "ort-wasm-simd-threaded.asyncify.mjs",
    "ort-wasm-simd-threaded.asyncify.wasm",
)
"""One build of onnxruntime-web for the CPU, and one for WebGPU."""

SAMPLES = {
    "texture": {"preset": "normal", "scheme": "texture"},
    "canvas": {"preset": "normal", "scheme": "canvas"},
    "mixed": {"bytes": 600, "scheme": "mixed"},
    "strokes": {"preset": "normal", "scheme": "strokes"},
}


def copy(sources: list[Path], target: Path) -> int:
    """Copies files into a folder; the bytes of all."""
    target.mkdir(parents=True, exist_ok=True)
    for source in sources:
        shutil.copyfile(source, target / source.name)
    return sum(source.stat().st_size for source in sources)


def matching(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    """Files of a folder, at least one for each pattern."""
    found = [sorted(folder.glob(pattern)) for pattern in patterns]
    for pattern, files in zip(patterns, found):
        if not files:
            raise click.ClickException(f"no {pattern} in {folder}")
    return [path for files in found for path in files]


def unchecked(source: Path, target: Path) -> int:
    """Copies a module of others whose types are none of ours to check; its bytes."""
    target.mkdir(parents=True, exist_ok=True)
    return (target / source.name).write_text("// @ts-nocheck\n" + source.read_text("utf-8"), "utf-8")


def samples(target: Path) -> int:
    """Encodes the demo's portrait by a few schemes; the bytes of all."""
    target.mkdir(parents=True, exist_ok=True)
    face = demo.portrait()
    picture = io.BytesIO()
    Image.fromarray(face).save(picture, "JPEG", quality=92)
    (target / "portrait.jpg").write_bytes(picture.getvalue())
    entries = []
    for name, options in SAMPLES.items():
        (target / f"{name}.vcm").write_bytes(vcmcodec.encode(face, **options))  # type: ignore[arg-type]
        entries.append({"name": name, "file": f"{name}.vcm", "original": "portrait.jpg"})
    (target / "samples.json").write_text(json.dumps(entries), encoding="utf-8")
    return sum(path.stat().st_size for path in target.iterdir())


@click.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option("--npm", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
def main(target: Path, npm: Path) -> None:
    """Put the page together in TARGET."""
    packages = npm / "node_modules"
    runtime = packages / "onnxruntime-web" / "dist"
    sizes = {
        "page": copy(matching(HERE, OWN), target),
        "decoder": copy(
            [path for path in (ROOT / "spec" / "javascript").glob("*.js") if path.name != "digests.js"],
            target / "vcm",
        ),
        "QR": unchecked(packages / "lean-qr" / "index.mjs", target / "qr"),
        "samples": samples(target / "samples"),
        "onnxruntime-web": copy([runtime / name for name in RUNTIME], target / "ort"),
        "models": copy(
            [path for path in matching(ROOT / "models", MODELS) if not path.name.startswith(UNREAD)],
            target / "models",
        ),
    }
    for what, size in sizes.items():
        click.echo(f"{what}: {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
