"""What is no drawing, or too much of one, is refused."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portrait import file
from svg_drawings import OURS

from vcmcodec.errors import LimitError, SvgError, VcmError
from vcmcodec.interop import svg
from vcmcodec.interop.svg import document, reader
from vcmcodec.limits import Limits

SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"'


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<g><SCRIPT/></g>",
        '<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>',
        '<path d="" onclick="alert(1)"/>',
        '<path d="" onLoad="alert(1)"/>',
        "<foreignObject/>",
        '<image href="#a"/>',
        '<use href="other.svg#a"/>',
        '<use xlink:href="http://example.org/a.svg#a"/>',
        '<a href="javascript:alert(1)"/>',
        '<use href="data:image/svg+xml;base64,AA=="/>',
        '<use href=" file:///etc/passwd"/>',
        '<g src="a.png"/>',
        '<path fill="url(http://example.org/)"/>',
        "<path style=\"fill: URL( 'a.svg#b' )\"/>",
        '<path style="fill:u\\72l(a)"/>',
        "<style>@import 'a.css';</style>",
        "<style>.a{fill:url(a.svg#b)}</style>",
        "<style><![CDATA[.a{fill:url(a.svg#b)}]]></style>",
        "<?xml-stylesheet href='a.css'?>",
        "<?php ?>",
    ],
)
def test_what_is_refused(bad: str) -> None:
    with pytest.raises(SvgError, match=r"refused \(line 3\)") as caught:
        svg.load(f"<svg {SPACES}>\n<g/>\n{bad}</svg>")
    assert caught.value.line == 3
    assert (caught.value.exit_code, str(caught.value).count("\n")) == (4, 0)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE svg [<!ENTITY % a SYSTEM "http://example.org/a.dtd"> %a;]>',
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_entities_are_refused(head: str) -> None:
    with pytest.raises(SvgError, match=r"an entity is refused \(line 2\)"):
        svg.load(f'<?xml version="1.0"?>\n{head}\n<svg {SPACES}><g id="a"/></svg>')


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE svg>",
        '<!DOCTYPE svg SYSTEM "http://example.org/svg.dtd">',
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
        "<!DOCTYPE svg [<!ATTLIST svg data-a CDATA #IMPLIED>]>",
    ],
)
def test_a_doctype_without_entities_is_taken(head: str) -> None:
    body = f'<svg {SPACES}><path d="M1 1L5 5"/></svg>'
    assert svg.load(f'<?xml version="1.0"?>\n{head}\n{body}').drawing == svg.load(body).drawing


def test_an_entity_that_only_a_dtd_elsewhere_could_declare_is_refused() -> None:
    head = '<!DOCTYPE svg SYSTEM "http://example.org/svg.dtd">'
    with pytest.raises(SvgError, match=r"an entity is refused \(line 2\)"):
        svg.load(f"{head}\n<svg {SPACES}>&a;</svg>")
    text = f'{head}\n<svg {SPACES}><path d="M1 1L4&a;0 5"/></svg>'
    for coded in (text, text.encode(), text.encode("utf-16")):
        with pytest.raises(SvgError, match=r"an entity is refused \(line 2\)"):
            svg.load(coded)
    assert svg.load(f'{head}\n<svg {SPACES}><path id="&lt;&#65;&amp;" d="M1 1L5 5"/></svg>').drawing


def test_defaults_of_attributes_are_refused() -> None:
    """Every element would hold a copy."""
    with pytest.raises(SvgError, match=r"an attribute's default is refused \(line 1\)"):
        svg.load(f'<!DOCTYPE svg [<!ATTLIST g data-a CDATA "b">]><svg {SPACES}/>')


def test_local_references_are_not_refused() -> None:
    body = '<path id="a" fill="url(#b)" style="clip-path:url( \'#c\' )" d="M1 1L5 5"/><use xlink:href="#a"/>'
    assert len(svg.load(f"<svg {SPACES}>{body}</svg>").drawing.ops) == 4


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('<path d="L 1 2"/>', "does not begin with a move"),
        ('<path d="Z"/>', "does not begin with a move"),
        ('<path d="1 2"/>', "letter is missing"),
        ('<path d="M 1 2 Z 3 4"/>', "letter is missing"),
        ('<path d="M 1"/>', "a number is missing"),
        ('<path d="M 1 2 L 3 4 ?"/>', "'?' where a number should be"),
        ('<path d="M 1 2 L 3 4 B 5 6"/>', "'B' where a number should be"),
        ('<path d="M 1 2 L nan 4"/>', "'n' where"),
        ('<path d="M 1 2 L 1e999 4"/>', "above 1e+12"),
        ('<path d="M 1 2 L 1e9 4"/>', "more than 1000000 pixels"),
        ('<path d="M 1 2 A 1 1 0 2 0 3 3"/>', "flag"),
        ('<polyline points="1 2 3"/>', "odd number"),
        ('<rect width="5em" height="1"/>', "'5em' is not a length"),
        ('<circle r="1%%"/>', "is not a length"),
        ('<g transform="spin(3)"/>', "'spin' of 1 numbers"),
        ('<g transform="scale(1 2 3)"/>', "'scale' of 3 numbers"),
        ('<g transform="scale(1) x"/>', "cannot be read"),
        ('<g transform="scale(1e9) scale(1e9)"/>', "too large"),
        ('<svg viewBox="0 0 0 1"/>', "viewBox"),
        ('<svg viewBox="0 0 1"/>', "viewBox"),
        ('<svg viewBox="0 0 1 1" preserveAspectRatio="middle"/>', "preserveAspectRatio"),
        ('<use href="#nowhere"/>', "there is no '#nowhere'"),
        ('<g id="reference-pixels"><circle fill="red"/></g>', "'red' is not #rrggbb"),
        ('<g id="reference-pixels"><g data-vcm-steps="6"/></g>', "is not 0 to 5"),
    ],
)
def test_what_cannot_be_read_names_its_line(body: str, says: str) -> None:
    with pytest.raises(SvgError, match=re.escape(says)) as caught:
        svg.load(f"<svg {SPACES}>\n\n{body}</svg>")
    assert caught.value.line == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no element found"),
        ("hello", "syntax error"),
        (b"\x00\x01\x02", "not an SVG document"),
        (b"\xff\xfe\x00\xd8", "not an SVG document"),
        ("<svg viewBox='0 0 9 9'>", "no element found"),
        ("<svg viewBox='0 0 9 9'/>more", "junk after"),
        ("<html/>", "root is not svg"),
        ("<x:svg xmlns:x='http://example.org'/>", "root is not svg"),
        ("<svg/>", "no viewBox, and no usable width"),
        ("<svg width='100%' height='100%'/>", "no viewBox, and no usable width"),
        ("<svg width='0' height='5'/>", "no size"),
        (b"<?xml version='1.0' encoding='nonsense'?><svg/>", "not an SVG document"),
        (b"<svg a='\xff'/>", "invalid token"),
        ("<svg viewBox='0 0 9 9' data-vcm-side='256'/>", "data-vcm-width '' is not in 16..8192"),
        (OURS.replace('side="64"', 'side="65"') + "/>", "not a multiple"),
        (OURS.replace('step="1"', 'step="9"') + "/>", "not in 1..8"),
        (OURS.replace('model="1"', 'model="-1"') + "/>", "data-vcm-model"),
    ],
)
def test_what_is_no_drawing(text: str | bytes, says: str) -> None:
    with pytest.raises(SvgError, match=re.escape(says)):
        svg.load(text)


@pytest.mark.parametrize(
    "limits", [Limits(pixels=81), Limits(canvas=128), Limits(places=1), Limits(ops=2), Limits(track=3)]
)
def test_limits_of_a_file_are_those_of_a_drawing(limits: Limits) -> None:
    text = svg.dump(file())
    assert svg.load(text).dots
    with pytest.raises(LimitError, match="limit of"):
        svg.load(text, limits=limits)


def test_encodings() -> None:
    drawn = '<svg viewBox="0 0 9 9"><title>\u00e9</title><path d="M1 1L5 5"/></svg>'
    ops = svg.load(drawn).drawing.ops
    assert len(ops) == 2
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"):
        declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>{drawn}'
        assert svg.load(declared.encode(encoding)).drawing.ops == ops
        assert svg.load(declared).drawing.ops == ops


def test_sizes_and_steps_out_of_range() -> None:
    for options in ({"size": 100}, {"size": 0}, {"size": 2048}, {"step": 0}, {"step": 9}):
        with pytest.raises(ValueError, match="is not"):
            svg.load("<svg/>", **options)


# Hostile sizes


MANY = 1 << 20
QUOTED = "'#000'"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<g/>" * (document.MAX_ELEMENTS + 1), "more than 16384 elements"),
        ("<g>" * 70 + "</g>" * 70, "nested deeper than 64"),
        ('<g id="a"><use href="#a"/></g>', "drawn deeper than 64"),
        (
            "".join(f'<g id="a{i}">{f"""<use href="#a{i + 1}"/>""" * 10}</g>' for i in range(20))
            + '<g id="a20"/>',
            "elements are drawn",
        ),
        (f'<path d="M0 0{"h1" * (reader.MAX_DATA // 2)}"/>', "attributes of more than"),
        (f'<g id="a" transform="{"scale(1)" * 99}"/>{"""<use href="#a"/>""" * 9999}', "attributes of"),
        (f'<path d="M0 0{"h0" * 9999}"/>', "more than 8192 commands"),
        (f'<path id="a" d="M99 0{"h1" * 999}"/>{"""<use href="#a"/>""" * 60}', "more than 8192 segments"),
        (f'<path d="{"M0 0" * 8000}"/>' * 2, "more than 8192 segments"),
        (f'<path id="a" d="M0 0{"z" * 999}"/>{"""<use href="#a"/>""" * 9}', "more than 8192 segments"),
        (f'<path d="M0 0{"h9h-9" * 3999}"/>', "more ops than the limit"),
        (f'<path d="M0 0{"C0 90 90 0 0 0" * 4000}"/>', "positions to draw"),
        (f"<g id='reference-pixels'>{f'<circle fill={QUOTED}/>' * 5000}</g>", "more than 4096"),
        ("<g " + " ".join(f'xmlns:a{i}="http://www.w3.org/2000/svg"' for i in range(99)) + "/>", "prefixes"),
        ("<!--" + " " * MANY + "-->", "above the limit"),
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_is_above_a_limit(body: str, says: str) -> None:
    begin = time.process_time()
    with pytest.raises(LimitError, match=re.escape(says)):
        svg.load(f'<svg viewBox="0 0 9 9">{body}</svg>', size=256)
    assert time.process_time() - begin < 60  # a guard against hanging, no measure of speed


@pytest.mark.parametrize(
    "body",
    [
        f'<path d="M 0 0 L{" " * 1000000}"/>',
        f'<path d="M 0 0 L{"1" * 500000} 1"/>',
        f'<path style="fill:url({" " * 1000000}"/>',
        f'<path style="{"url(" * 250000}"/>',
        f'<path style="{"a:b;" * 250000}" d="M"/>',
        f'<g transform="{"scale(1)" * 120000}?"/>',
        f'<g transform="{"a" * 1000000}"/>',
        f'<g transform="scale({" " * 1000000}"/>',
        f'<rect width="{"1" * 1000000}x"/>',
        f'<rect width="1{" " * 1000000}x"/>',
        f'<svg viewBox="0 0 1 1" preserveAspectRatio="{" " * 1000000}"/>',
        f'<path d="M0 0{"a1 1 0 011 1" * 40000}?"/>',
        f'<path d="M-1 4{"C9 0 0 9 10 5C9 0 0 9-1 4" * 20000}"/>',
        f"<a:b xmlns:a='{'x' * 500000}' {' '.join(f'a:c{i}={QUOTED}' for i in range(20000))}/><path d='?'/>",
        f'<g xmlns:a="{"x" * 500000}">{"<a:b/>" * 16000}<path d="?"/></g>',
    ],
    ids=lambda body: body[:20],
)  # fmt: skip
def test_nothing_hangs(body: str) -> None:
    begin = time.process_time()
    with pytest.raises((SvgError, LimitError)):
        svg.load(f'<svg viewBox="0 0 9 9">{body}</svg>')
    assert time.process_time() - begin < 60  # a guard against hanging, no measure of speed


def test_many_layers_are_above_a_limit() -> None:
    layers = '<g data-vcm-steps="2"><circle fill="#123"/></g>' * 70
    lines = "".join(f'<path d="M {x} {y} h 2"/>' for x in range(4, 60, 6) for y in range(4, 60, 6))
    drawn = svg.load(f'{OURS}>{lines}<g id="reference-pixels">{layers}</g></svg>')
    with pytest.raises(LimitError, match="layers are above"):
        svg.encode(drawn)


TOKENS = [
    "<svg>", "</svg>", "<g>", "</g>", "<path d='", "'/>", "M", "Z", "A", "c", "1 2", "-.5e3", "0", "e", ",",
    "#", "<use href='#a'/>", " id='a'", " transform='", "rotate(", ")", "viewBox='0 0 9 9'", "&", ";", "<",
    ">", "\0", "<circle r='3'/>", "<g id='reference-pixels'>", "fill='#000'", "é", "\ud800",
]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(TOKENS), max_size=12).map("".join))
def test_rubbish_is_refused_or_read(text: str) -> None:
    for document_ in (
        text,
        f'<svg viewBox="0 0 9 9">{text}</svg>',
        f'<svg viewBox="0 0 9 9"><path d="M0 0{text}"/></svg>',
    ):
        try:
            svg.encode(svg.load(document_))
        except VcmError as error:
            assert "\n" not in str(error) and len(str(error)) < 200
