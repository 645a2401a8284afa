/** Header, layers and checks (FORMAT.md, section 2). @module */

import { LIMITS, VcmError } from "./failures.js";
import { div } from "./numbers.js";

export const EDGES = 0x01;
export const COLOURS = 0x02;
export const TEXTURE = 0x03;
export const DETAIL = 0x04;
export const FEATURE = 0x84;
export const CROP = 0xc0;

/** Layers of kinds from this one on are ancillary: a decoder may skip them. */
const ANCILLARY = 0x80;

/** What each kind is called, and the kinds that must come before it. */
const KINDS = new Map([
  [EDGES, { name: "edges", needs: [] }],
  [COLOURS, { name: "colours", needs: [EDGES] }],
  [TEXTURE, { name: "texture", needs: [] }],
  [DETAIL, { name: "detail", needs: [TEXTURE] }],
  [FEATURE, { name: "feature", needs: [] }],
  [CROP, { name: "crop", needs: [] }],
]);

/**
 * @typedef {object} Layer
 * @property {number} kind
 * @property {string} name "edges", "colours", "texture", "detail", "feature", "crop", or the kind in hexadecimal
 * @property {boolean} known false for an ancillary layer that is skipped
 * @property {number} start offset of the payload in the file
 * @property {number} end offset behind the layer's check: the file may be cut here
 * @property {Uint8Array} payload
 */

/**
 * @typedef {object} Container
 * @property {number} model id of the generator
 * @property {boolean} grey whether what is shown of it has no colour (2.4)
 * @property {number} width of the picture
 * @property {number} height of the picture
 * @property {number} side of the canvas, the longest one
 * @property {number} W width of the canvas
 * @property {number} H height of the canvas
 * @property {number} head bytes of the header
 * @property {Layer[]} layers
 * @property {VcmError | null} broken why the file ends behind these layers, if it breaks off (see `partial`)
 */

const CRC = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let i = 0; i < 8; i++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc & 0xffff;
});

/**
 * CRC-16/XMODEM of `bytes` from `start` to `end`, going on from `crc`.
 * @param {Uint8Array} bytes @param {number} start @param {number} end @param {number} crc
 */
function check(bytes, start, end, crc) {
  for (let i = start; i < end; i++) crc = ((crc << 8) ^ CRC[(crc >> 8) ^ bytes[i]]) & 0xffff;
  return crc;
}

/** Reads numbers of a stretch of bytes; what is said of its end depends on whose end it is. */
export class Reader {
  /**
   * @param {Uint8Array} bytes
   * @param {number} [at]
   * @param {import("./failures.js").Cause} [ending] cause where the bytes end too early
   */
  constructor(bytes, at = 0, ending = "invalid") {
    this.bytes = bytes;
    this.at = at;
    this.ending = ending;
  }

  byte() {
    if (this.at >= this.bytes.length) throw new VcmError(this.ending, "it ends too early", { byte: this.at });
    return this.bytes[this.at++];
  }

  varint() {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) {
        if (i && byte === 0) throw new VcmError("invalid", "a number is not in its shortest form", { byte: this.at - 1 });
        return value;
      }
    }
    throw new VcmError("invalid", "a number is longer than 4 bytes", { byte: this.at - 1 });
  }

  /** What has not been read. */
  rest() {
    return this.bytes.subarray(this.at);
  }
}

/** @param {Reader} reader */
function readHeader(reader) {
  if (reader.byte() !== 0xfa || reader.byte() !== 0xce) throw new VcmError("invalid", "not a vcm file", { byte: 0 });
  const field = reader.byte();
  const version = field & 127;
  const grey = field > 127;
  if (version === 0) throw new VcmError("invalid", "version 0", { byte: 2 });
  if (version > 1) throw new VcmError("unsupported", `version ${version} is unknown`, { byte: 2 });
  const canvas = reader.byte();
  const own = (canvas & 128) !== 0;
  const square = (canvas & 64) !== 0;
  const units = canvas & 63;
  if (units === 0 || (own && square)) throw new VcmError("invalid", "the canvas is no canvas", { byte: 3 });
  if (units > 32) throw new VcmError("unsupported", "the canvas is too large", { byte: 3 });
  const side = 32 * units;
  const model = reader.varint();
  const size = () => {
    const at = reader.at;
    const value = reader.varint();
    if (value < 16 || value > 8192) throw new VcmError("invalid", `a side of ${value} pixels`, { byte: at });
    return value;
  };
  let width = side;
  let height = side;
  if (!own) {
    width = size();
    height = square ? width : size();
    if (square ? width === side : width === height) {
      throw new VcmError("invalid", "the size could be said in fewer bytes", { byte: reader.at });
    }
  }
  const longest = Math.max(width, height);
  const scaled = (/** @type {number} */ v) => Math.max(8, div(2 * v * side + longest, 2 * longest));
  return { model, grey, width, height, side, W: scaled(width), H: scaled(height), head: reader.at };
}

/**
 * Reads a file as far as its layers' payloads, which are checked but not looked into.
 * @param {Uint8Array} bytes
 * @param {{limits?: import("./failures.js").Limits, partial?: boolean}} [options] with `partial`, a file that breaks off
 *   behind its first layer gives its whole layers, and says why in `broken`
 * @returns {Container}
 * @throws {VcmError}
 */
export function readContainer(bytes, { limits = LIMITS, partial = false } = {}) {
  if (bytes.length > limits.bytes) throw new VcmError("limit", `a file of ${bytes.length} bytes`);
  const reader = new Reader(bytes, 0, "truncated");
  const header = readHeader(reader);
  if (header.width * header.height > limits.pixels) throw new VcmError("limit", "too many pixels");
  if (header.side > limits.side) throw new VcmError("limit", `a canvas of ${header.side} pixels`);
  /** @type {Layer[]} */
  const layers = [];
  let crc = check(bytes, 0, header.head, 0);
  /** @type {VcmError | null} */
  let broken = null;
  while (reader.at < bytes.length || layers.length === 0) {
    try {
      crc = readLayer(reader, layers, limits, crc);
    } catch (error) {
      if (!(error instanceof VcmError)) throw error;
      if (!(partial && error.cause === "truncated" && layers.length)) throw error;
      broken = error;
      break;
    }
  }
  return { ...header, layers, broken };
}

/** @param {Reader} reader @param {Layer[]} layers @param {import("./failures.js").Limits} limits @param {number} crc */
function readLayer(reader, layers, limits, crc) {
  const begin = reader.at;
  const bytes = reader.bytes;
  const where = { layer: layers.length, byte: begin };
  if (layers.length >= limits.layers) throw new VcmError("limit", "too many layers", where);
  const kind = reader.byte();
  const length = reader.varint();
  if (length > limits.payload) throw new VcmError("limit", `a payload of ${length} bytes`, where);
  const start = reader.at;
  const end = start + length;
  if (end + 2 > bytes.length) throw new VcmError("truncated", "the file ends inside a layer", where);
  crc = check(bytes, begin, end, crc);
  if (((bytes[end] << 8) | bytes[end + 1]) !== crc) throw new VcmError("invalid", "a check is wrong", where);
  const known = KINDS.get(kind);
  if (!known && kind < ANCILLARY) throw new VcmError("unsupported", `layers of kind ${kind} are unknown`, where);
  for (const need of known?.needs ?? []) {
    if (!layers.some((layer) => layer.kind === need)) throw new VcmError("invalid", "a layer before what it needs", where);
  }
  if ([EDGES, DETAIL, CROP].includes(kind) && layers.some((layer) => layer.kind === kind)) {
    throw new VcmError("invalid", `a second ${kind === EDGES ? "edge" : known?.name} layer`, where);
  }
  reader.at = end + 2;
  const name = known?.name ?? `0x${kind.toString(16).padStart(2, "0")}`;
  layers.push({ kind, name, known: !!known, start, end: end + 2, payload: bytes.subarray(start, end) });
  return crc;
}

/**
 * The file without some of its ancillary layers; all others are as they were.
 * @param {Uint8Array} bytes
 * @param {(layer: Layer, index: number) => boolean} drop says of an ancillary layer whether to leave it out
 * @throws {VcmError} also where no layer would be left
 */
export function without(bytes, drop) {
  const { head, layers } = readContainer(bytes);
  const left = new Uint8Array(bytes);
  let at = head;
  let crc = check(bytes, 0, head, 0);
  layers.forEach((layer, index) => {
    if (layer.kind >= ANCILLARY && drop(layer, index)) return;
    const begin = layers[index - 1]?.end ?? head;
    left.copyWithin(at, begin, layer.end);
    at += layer.end - begin;
    // What was before a layer goes into its check, so that all behind a dropped one change.
    crc = check(bytes, begin, layer.end - 2, crc);
    left.set([crc >> 8, crc & 255], at - 2);
  });
  if (at === head) throw new VcmError("invalid", "no layer would be left");
  return left.slice(0, at);
}
