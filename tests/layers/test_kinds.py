"""A new kind of layer is a module and a line in the registry: here a test registers one, and every verb takes
it. Layers that nobody knows survive as they are."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import Runner
from PIL import Image
from portrait import ends, file
from repository import VECTORS

import vcmcodec
import vcmcodec.interop.pillow
from vcmcodec import codec, inspect, scene, truncation
from vcmcodec.errors import FormatError, LimitError, SvgError, UnsupportedError
from vcmcodec.format import container
from vcmcodec.format.wire import Reader, varint
from vcmcodec.interop import svg
from vcmcodec.layers import kinds
from vcmcodec.layers.layer_kind import LayerKind
from vcmcodec.limits import Limits
from vcmcodec.scene import Scene

DEMO, ANCILLARY = 0x06, 0x85


@dataclass(frozen=True)
class DemoHead:
    count: int


class Demo(LayerKind):
    """Bytes, of which a head says how many there are; those of all layers add up. It needs strokes and is not
    drawn."""

    code, name, cut_name, unit = DEMO, "demos", "demo", "bytes of demo"
    repeats = True
    needs = (kinds.BASE.code,)

    def head(self, reader: Reader) -> DemoHead:
        return DemoHead(reader.varint("number of bytes"))

    def decode(self, scene: Scene, reader: Reader, limits: Limits) -> Scene:
        count = self.head(reader).count
        if reader.left != count:
            raise reader.error(f"{reader.left} bytes instead of {count}")
        return scene.with_part(self.code, (scene.part(self.code) or b"") + reader.rest())

    def encode(self, part: Any, scene: Scene) -> tuple[bytes, Scene]:
        return varint(len(part)) + part, scene.with_part(self.code, (scene.part(self.code) or b"") + part)


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Demo:
    kind = Demo()
    monkeypatch.setitem(kinds.KINDS, kind.code, kind)
    return kind


def layered(*more: tuple[int, int, bytes]) -> bytes:
    """The portrait's file with layers (index, kind, payload) put in, one by one."""
    header, found = container.read(file())
    layers = [(layer.kind, layer.payload) for layer in found]
    for index, kind, payload in more:
        layers.insert(index, (kind, payload))
    return container.write(header, layers)


def with_demo(kind: Demo) -> bytes:
    one, seen = kind.encode(b"one", Scene(256, 256))
    two, _ = kind.encode(b"and two", seen)
    return layered((1, DEMO, one), (2, DEMO, two), (3, ANCILLARY, b"later"))


def rows(data: bytes) -> list[tuple[int, bytes]]:
    return [(layer.kind, layer.payload) for layer in container.read(data)[1]]


def test_codes_of_a_scenes_views_are_those_of_their_kinds() -> None:
    codes = {kind.name: code for code, kind in kinds.KINDS.items()}
    assert codes == {
        "edges": scene.EDGES,
        "colours": scene.COLOURS,
        "texture": scene.TEXTURE,
        "detail": scene.DETAIL,
        "crop": scene.CROP,
        "feature": scene.FEATURE,
    }


def test_kinds_stand_behind_those_that_they_need() -> None:
    seen: set[int] = set()
    for code, kind in kinds.KINDS.items():
        assert kind.code == code and seen.issuperset(kind.needs)
        assert not any(needed & container.SKIPPABLE for needed in kind.needs)
        seen.add(code)
    for names in ([kind.name for kind in kinds.KINDS.values()], kinds.cut_forms()):
        assert len(set(names)) == len(names)


def test_kinds_name_the_models_that_they_take() -> None:
    from vcmcodec.models import store

    named = {name for kind in kinds.KINDS.values() for name in kind.models}
    assert named <= store.catalogue().keys()
    assert all(store.model_path(name).is_file() for name in named)


def test_kinds_encode_what_they_decode() -> None:
    _, whole = codec.decode_scene(file())
    empty = Scene(whole.width, whole.height)
    payload, seen = kinds.BASE.encode(whole.drawing, empty)
    assert payload == rows(file())[0][1]
    assert kinds.decode(empty, container.Layer(kinds.BASE.code, payload), 0, Limits()) == seen
    colours = kinds.KINDS[scene.COLOURS]
    coded, known = colours.encode([(1, 2, 3), (200, 100, 0)], seen)
    assert kinds.decode(seen, container.Layer(scene.COLOURS, coded), 1, Limits()).known == known.known


def test_a_registered_kind_is_decoded_listed_and_cut(demo: Demo) -> None:
    data = with_demo(demo)
    _, seen = codec.decode_scene(data)
    assert seen.part(DEMO) == b"oneand two"
    found = inspect(data).layers
    assert [(layer.kind, layer.count) for layer in found[:4]] == [
        ("edges", found[0].count),
        ("demos", 3),
        ("demos", 7),
        ("unknown-133", None),
    ]
    base = truncation.upto(data, "demo:1")
    assert len(base) == found[1].end
    assert codec.decode_scene(base)[1].part(DEMO) == b"one"
    assert truncation.upto(data, "demo:2") == data[: found[2].end]
    with pytest.raises(FormatError, match="no demos layer 3: there are 2"):
        truncation.upto(data, "demo:3")
    says = "'demo' is none of edge, colour:N, texture:N, detail, crop, feature, demo:N with N from 1"
    with pytest.raises(ValueError, match=says):
        truncation.upto(data, "demo")


def test_a_kind_stands_where_it_may(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = b"\1x"
    with pytest.raises(FormatError, match=r"demos before edges \(layer 0, byte"):
        codec.decode_scene(layered((0, DEMO, payload)))
    monkeypatch.setattr(Demo, "repeats", False)
    assert kinds.cut_forms()[-1] == "demo"
    with pytest.raises(FormatError, match=r"a second demo layer \(layer 2, byte"):
        codec.decode_scene(layered((1, DEMO, payload), (2, DEMO, payload)))


def test_without_its_line_a_kind_is_unknown_and_critical() -> None:
    with pytest.raises(UnsupportedError, match="unknown critical layer of kind 6"):
        codec.decode_scene(layered((1, DEMO, b"\1x")))


def test_verbs_take_a_registered_kind(demo: Demo, vcm: Runner) -> None:
    data = with_demo(demo)
    Path("face.vcm").write_bytes(data)
    assert "demos " in vcm("info", "face.vcm").out
    listed = json.loads(vcm("layers", "--json", "face.vcm").out)["layers"]
    assert [layer["upto"] for layer in listed[:5]] == ["edge", "demo:1", "demo:2", None, "colour:1"]
    assert vcm("check", "face.vcm") == (0, "", "")
    assert ", 10 bytes of demo, generator" in vcm("check", "-v", "face.vcm").out
    assert vcm("cut", "face.vcm", "--upto", "demo:2", "-o", "a.vcm").code == 0
    assert Path("a.vcm").read_bytes() == data[: listed[2]["file"]]
    vcm.fails(
        2,
        "cut",
        "face.vcm",
        "--upto",
        "skin",
        "-o",
        "b.vcm",
        says="none of edge, colour:N, texture:N, detail, crop, feature, demo:N",
    )
    assert vcm("svg", "face.vcm", "-o", "a.svg").code == 0
    assert vcm("svg", "a.svg", "-o", "b.vcm").code == 0
    assert Path("b.vcm").read_bytes() == data


def test_pillow_takes_a_registered_kind(demo: Demo, tmp_path: Path) -> None:
    path = tmp_path / "face.vcm"
    path.write_bytes(with_demo(demo))
    with Image.open(path) as image:
        assert image.info["vcm"].layers[1].kind == "demos"
        assert (np.asarray(image) == np.asarray(vcmcodec.decode(file()))).all()


# The SVG twin


@pytest.mark.parametrize(
    "more",
    [
        [(0, 0x80, b"first"), (0, 0xFF, b"")],
        [(1, ANCILLARY, bytes(range(256)))],
        [(1, ANCILLARY, b"a"), (2, ANCILLARY, b"b"), (4, 0x90, b"c"), (len(ends()) + 3, 0x90, b"d")],
    ],
)
def test_unknown_ancillary_layers_come_back_where_they_were(more: list[tuple[int, int, bytes]]) -> None:
    data = layered(*more)
    text = svg.dump(data)
    assert svg.dump(svg.encode(svg.load(text))) == text
    assert svg.encode(svg.load(text)) == data
    assert svg.encode(svg.load(text), base_only=True) == file()[: ends()[0]]
    assert svg.dump(data, base_only=True) == svg.dump(file()[: ends()[0]])


def test_vectors_keep_their_ancillary_layers() -> None:
    for name in ("good-skip", "good-skip-first", "good-no-edges"):
        data = (VECTORS / f"{name}.vcm").read_bytes()
        again = svg.encode(svg.load(svg.dump(data)))
        assert [row for row in rows(again) if row[0] & 0x80] == [row for row in rows(data) if row[0] & 0x80]
        assert again == data or name != "good-skip"


def test_layers_stay_in_place_while_strokes_and_dots_are_edited(demo: Demo) -> None:
    text = svg.dump(with_demo(demo))
    lines = text.splitlines()
    lines.remove(next(line for line in lines if "<path" in line))
    kept = [line for line in lines if "<circle" not in line or 'cx="1' not in line]
    edited = rows(svg.encode(svg.load("\n".join(kept))))
    assert [code for code, _ in edited[:4]] == [kinds.BASE.code, DEMO, DEMO, ANCILLARY]
    assert edited[1:4] == rows(with_demo(demo))[1:4]
    bare = "\n".join(line for line in lines if "<circle" not in line and "<path" not in line)
    assert [code for code, _ in rows(svg.encode(svg.load(bare)))] == [kinds.BASE.code, DEMO, DEMO, ANCILLARY]


def element(code: object, after: object, payload: object) -> str:
    return f'<g data-vcm-layer="{code}" data-vcm-after="{after}" data-vcm-payload="{payload}"/>'


def document(*elements: str) -> str:
    lines = svg.dump(file()).splitlines()
    return "\n".join([*lines[:2], *elements, *lines[2:]])


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (element("x", 0, ""), "data-vcm-layer 'x' is not in 0..255"),
        (element(256, 0, ""), "data-vcm-layer '256' is not in 0..255"),
        (element("", 0, ""), "data-vcm-layer '' is not in 0..255"),
        (element(9 * 10**30, 0, ""), "data-vcm-layer '9000000000000000000000000000000' is not in 0..255"),
        (element(1, 0, ""), "data-vcm-layer 1 is of a kind that is drawn"),
        (element(2, 0, ""), "data-vcm-layer 2 is of a kind that is drawn"),
        (element(5, 0, ""), "data-vcm-layer 5 is an unknown critical kind"),
        (element(133, -1, ""), "data-vcm-after '-1' is not in 0..9999"),
        (element(133, "", ""), "data-vcm-after '' is not in 0..9999"),
        (element(133, 0, "a"), "data-vcm-payload 'a' is not base64"),
        (element(133, 0, "&#252;==="), "data-vcm-payload '\\xfc===' is not base64"),
        (element(133, 0, "AA A="), "data-vcm-payload 'AA A=' is not base64"),
        ('<g data-vcm-layer="133" data-vcm-after="0"/>', "data-vcm-layer 133 has no data-vcm-payload"),
    ],
)
def test_a_hostile_layer_is_refused_with_its_line(bad: str, says: str) -> None:
    with pytest.raises(SvgError) as caught:
        svg.load(document(bad))
    assert str(caught.value) == f"{says} (line 3)"


def test_layers_are_capped_before_they_are_read() -> None:
    most = base64.b64encode(bytes(99)).decode()
    kept = svg.load(document(element(133, 0, most)), limits=Limits(payload=99))
    assert kept.opaque[0].payload == bytes(99)
    with pytest.raises(LimitError, match=r"above the limit of 96 bytes \(line 3\)"):
        svg.load(document(element(133, 0, most)), limits=Limits(payload=96))
    with pytest.raises(LimitError, match=r"more layers than the limit of 64 \(line 67\)"):
        svg.load(document(*[element(133, 0, "")] * 65))
    with pytest.raises(LimitError, match="layers are above the limit of 64"):
        svg.encode(svg.load(document(*[element(133, 0, "")] * 64)))


def test_a_known_layer_that_no_decoder_takes_is_refused(demo: Demo) -> None:
    good = base64.b64encode(b"\1x").decode()
    assert (DEMO, b"\1x") in rows(svg.encode(svg.load(document(element(DEMO, 1, good)))))
    with pytest.raises(SvgError, match=r"^a layer of kind 6: demos before edges \(line 3\)$"):
        svg.encode(svg.load(document(element(DEMO, 0, good))))
    with pytest.raises(SvgError, match=r"^a layer of kind 6: 1 bytes instead of 2 \(line 3\)$"):
        svg.encode(svg.load(document(element(DEMO, 1, base64.b64encode(b"\2x").decode()))))


def test_a_layer_is_found_where_an_editor_put_it() -> None:
    moved = f'<g id="layer1" transform="scale(2)"><g>{element(133, 1, "bGF0ZXI=")}</g></g>'
    assert rows(svg.encode(svg.load(document(moved))))[1] == (133, b"later")
    foreign = f'<svg viewBox="0 0 9 9"><path d="M1 1h5"/>{element(133, 1, "bGF0ZXI=")}</svg>'
    assert svg.load(foreign).opaque == ()
