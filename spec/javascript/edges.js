/** The edge layer (FORMAT.md, section 4). @module */

import { Reader } from "./container.js";
import { LIMITS, above, invalid, unsupported } from "./failures.js";
import { checkCount, checkOps, grid, thirds } from "./ops.js";
import { readStrokes } from "./decided_strokes.js";
import { readPrimed } from "./primed.js";

/**
 * @typedef {object} Drawing
 * @property {number} step quantiser step in half-pixels, 1..8
 * @property {import("./ops.js").Op[]} ops
 */

/**
 * @param {Uint8Array} payload
 * @param {number} W of the canvas
 * @param {number} H of the canvas
 * @param {import("./models.js").Models} models
 * @param {import("./failures.js").Limits} [limits]
 * @returns {Drawing}
 */
export function readEdges(payload, W, H, models, limits = LIMITS) {
  const reader = new Reader(payload);
  const profile = reader.byte();
  const step = (profile & 7) + 1;
  const coding = profile >> 4;
  const size = grid(W, H, step);
  /** @type {import("./ops.js").Op[]} */
  let ops;
  if (coding === 2) {
    if (profile & 8) unsupported("a bit of the profile is set that means nothing yet");
    const strokes = reader.varint();
    checkCount(2 * strokes, limits);
    ops = readStrokes(reader.rest(), strokes, step, size, models, limits);
  } else if (coding === 1) {
    ops = readStreams(reader, (profile & 8) !== 0, models, limits);
  } else {
    return unsupported(`edge coding ${coding} is unknown`);
  }
  checkOps(ops, size);
  return { step, ops };
}

/**
 * Coding 1 (4.2).
 * @param {Reader} reader @param {boolean} escaped @param {import("./models.js").Models} models
 * @param {import("./failures.js").Limits} limits
 */
function readStreams(reader, escaped, models, limits) {
  const moves = reader.varint();
  const lines = reader.varint();
  const curves = reader.varint();
  const escapes = escaped ? reader.varint() : 0;
  const count = moves + lines + curves;
  checkCount(count, limits);
  if (escaped && escapes === 0) invalid("damaged: no escapes, where there should be some");
  const coordinates = 2 * count + 4 * curves;
  if (escapes > coordinates) invalid("damaged: more escapes than coordinates");
  const n = count + coordinates + 2 * escapes;
  if (n > limits.symbols) above(`${n} symbols in a layer`);
  const symbols = readPrimed(reader.rest(), n, models.primed("edges-1.primer"));

  const kinds = symbols.subarray(0, count);
  const seen = [0, 0, 0];
  for (const kind of kinds) {
    if (kind > 2) invalid("damaged: an op of no kind");
    seen[kind]++;
  }
  if (seen[0] !== moves || seen[1] !== lines || seen[2] !== curves) invalid("damaged: ops of other numbers than stated");
  // The streams behind the kinds, each with the place that is read next.
  let at = count;
  const streams = [moves, moves, lines, lines, curves, curves, curves, curves, curves, curves].map((length) => {
    const start = at;
    at += length;
    return start;
  });
  let escape = at;
  const next = (/** @type {number} */ stream) => {
    const symbol = symbols[streams[stream]++];
    if (symbol !== 255) return symbol - 127;
    if (escape >= n) invalid("damaged: an escape without a value");
    const value = symbols[escape] * 256 + symbols[escape + 1] - 127 - 32768;
    escape += 2;
    if (value >= -127 && value <= 127) invalid("damaged: a value was escaped that need not be");
    return value;
  };
  /** @type {import("./ops.js").Op[]} */
  const ops = [];
  let x = 0;
  let y = 0;
  for (const kind of kinds) {
    const endX = x + next(2 * kind);
    const endY = y + next(2 * kind + 1);
    if (kind === 2) {
      const [ax, ay, bx, by] = thirds(x, y, endX, endY);
      ops.push(["C", ax + next(6), ay + next(7), bx + next(8), by + next(9), endX, endY]);
    } else {
      ops.push([kind ? "L" : "M", endX, endY]);
    }
    x = endX;
    y = endY;
  }
  if (escape !== n) invalid("damaged: escapes are left over");
  return ops;
}
