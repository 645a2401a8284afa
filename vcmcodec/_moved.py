"""Old names of modules that moved into rooms lead to the new ones, until nobody asks for them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = {
    "analysis.edges": "encoder.edge_map",
    "analysis.fit": "encoder.fit",
    "analysis.forest_file": "encoder.forest_file",
    "analysis.order": "layers.edges.order",
    "analysis.regions": "encoder.face_regions",
    "analysis.sketch": "encoder.sketch",
    "analysis.trace": "encoder.trace",
    "bench.batch": "bench.studies.batch_speed",
    "bench.bench": "bench.run.evaluate",
    "bench.bitmaps": "bench.codecs.bitmaps",
    "bench.contact": "bench.report.contact",
    "bench.costs": "bench.run.costs",
    "bench.demo": "bench.studies.demo",
    "bench.drawings": "bench.studies.drawing_codings",
    "bench.faces": "bench.options",
    "bench.figures": "bench.report.figures",
    "bench.groups": "bench.report.groups",
    "bench.judges": "metrics",
    "bench.judges.faces": "metrics.landmarks",
    "bench.judges.mesh": "metrics.face_mesh",
    "bench.judges.networks": "metrics.networks",
    "bench.judges.perceptual": "metrics.perceptual",
    "bench.judges.pixels": "metrics.pixels",
    "bench.judges.realism": "metrics.realism",
    "bench.listing": "bench.report.listing",
    "bench.measure": "bench.studies.measure",
    "bench.plots": "bench.report.plots",
    "bench.ppm_agreement": "bench.studies.ppm_agreement",
    "bench.programs": "bench.codecs.programs",
    "bench.rate": "bench.studies.rate",
    "bench.rate_table": "bench.studies.rate_table",
    "bench.rates": "bench.report.bd_rate",
    "bench.sheet": "bench.report.sheet",
    "bench.skin": "bench.studies.skin",
    "bench.speed": "bench.studies.speed",
    "bench.store": "bench.run.score_store",
    "bench.summary": "bench.report.summary",
    "bench.table": "bench.report.table",
    "bench.throughput": "bench.studies.throughput",
    "bench.verification": "bench.report.verification",
    "bench.weights": "metrics.weight_files",
    "colour": "layers.colours.prediction",
    "container": "format.container",
    "contracts": "render.contracts",
    "cut": "truncation",
    "generator": "render.generator",
    "grain": "render.grain",
    "info": "inspection",
    "layers.weights": "entropy.context_weights",
    "ops": "layers.edges.ops",
    "output": "io.output",
    "picture": "io.picture",
    "pillow": "interop.pillow",
    "ppm": "entropy.ppm.primed",
    "ppmd": "entropy.ppm",
    "ppmd.arena": "entropy.ppm.arena",
    "ppmd.coder": "entropy.ppm.coder",
    "ppmd.estimates": "entropy.ppm.estimates",
    "ppmd.model": "entropy.ppm.model",
    "raster": "layers.edges.raster",
    "runtime": "models.session",
    "sample": "layers.colours.reference_pixels",
    "settings": "models.store",
    "svg": "interop.svg",
    "svg.document": "interop.svg.document",
    "svg.opaque": "interop.svg.opaque",
    "svg.paths": "interop.svg.paths",
    "svg.reader": "interop.svg.reader",
    "svg.shapes": "interop.svg.shapes",
    "svg.snap": "interop.svg.snap",
    "svg.transform": "interop.svg.transform",
    "svg.twin": "interop.svg.twin",
    "svg.writer": "interop.svg.writer",
    "train.augment": "train.data.augment",
    "train.collect": "train.data.collect",
    "train.critics": "train.generator.loss_networks",
    "train.dataset": "train.data.dataset",
    "train.dataset_build": "train.data.dataset_build",
    "train.discriminator": "train.generator.discriminator",
    "train.edge_agreement": "train.encoder.agreement",
    "train.export": "train.generator.export",
    "train.faces": "train.data.faces",
    "train.fit_weights": "train.entropy.fit_weights",
    "train.forest": "train.encoder.forest",
    "train.hed": "train.encoder.hed",
    "train.losses": "train.generator.losses",
    "train.network": "train.generator.network",
    "train.objective": "train.generator.objective",
    "train.recipe": "train.generator.recipe",
    "train.regions": "train.encoder.regions",
    "train.teacher": "train.encoder.teacher",
    "train.textures": "train.data.textures",
    "train.tfjs": "train.generator.tfjs",
    "train.trainer": "train.generator.trainer",
    "train.training": "train.generator.training",
    "train.validation": "train.generator.validation",
    "train.views": "train.generator.views",
    "train.warm_start": "train.generator.warm_start",
    "train.weights": "train.entropy.build",
    "wire": "format.wire",
}


class Moved(MetaPathFinder, Loader):
    """Finds a module by its old name."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname.removeprefix("vcmcodec.") in MOVED else None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        new = MOVED[module.__name__.removeprefix("vcmcodec.")]
        sys.modules[module.__name__] = importlib.import_module(f"vcmcodec.{new}")


sys.meta_path.append(Moved())
