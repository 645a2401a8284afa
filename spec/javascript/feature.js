/** The feature layer: numbers that tell people apart (FORMAT.md, section 12). @module */

import { Reader } from "./container.js";
import { Decisions, elements } from "./decisions.js";
import { invalid } from "./failures.js";
import { clamp } from "./numbers.js";

const TABLE = /** @type {const} */ ([
  ["COUNT", 64, [16]],
  ["LEVEL", 64, [40, 128, 16]],
]);

const STEPS = [512, 608, 724, 861];

/** @param {Uint8Array} bytes of the file of weights */
export function featureElements(bytes) {
  return elements(bytes, /** @type {any} */ (TABLE));
}

/**
 * @typedef {object} Directions
 * @property {number} count of the embedding's numbers, and of coefficients
 * @property {Int16Array} mean (count,)
 * @property {Uint8Array} energy (count,)
 * @property {Int16Array} basis (count * count,), rank by rank
 */

/**
 * @param {Uint8Array} bytes of the file
 * @returns {Directions}
 */
export function readDirections(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = bytes[0];
  const length = 1 + 3 * count + 2 * count * count;
  if (length !== bytes.length) throw new RangeError(`a transform of ${bytes.length} bytes, not ${length}`);
  const numbers = (/** @type {number} */ at, /** @type {number} */ many) =>
    Int16Array.from({ length: many }, (_, i) => view.getInt16(at + 2 * i));
  const energy = bytes.subarray(1 + 2 * count, 1 + 3 * count);
  return { count, mean: numbers(1, count), energy, basis: numbers(1 + 3 * count, count * count) };
}

/**
 * @param {Uint8Array} payload @param {import("./models.js").Models} models
 * @returns {Int32Array | null} F; null where the coding is another one, and the layer is skipped
 */
export function readFeature(payload, models) {
  const reader = new Reader(payload);
  const profile = reader.byte();
  if (profile >> 4 !== 1) return null;
  const { count: N, mean, energy, basis } = models.directions();
  const { COUNT, LEVEL } = models.feature();
  const n = profile & 15;
  const decisions = new Decisions(reader.rest());
  const units = decisions.unsigned(COUNT.under(n));
  if (4 * units >= N + 4) invalid("damaged: more coefficients than the transform has");
  const Q = STEPS[n % 4] * 2 ** (n >> 2);
  // Sums need more than 32 bits, and are exact in doubles.
  const sums = new Float64Array(N);
  for (let r = 0; r < Math.min(4 * units, N); r++) {
    const level = decisions.signed(LEVEL.under(clamp(energy[r] - n - 12, 0, 39), r, n));
    if (!level) continue;
    const c = Math.sign(level) * Math.min(Math.floor(((8 * Math.abs(level) - 1) * Q) / 8), 65535);
    for (let i = 0; i < N; i++) sums[i] += c * basis[r * N + i];
  }
  decisions.finish();
  return Int32Array.from(sums, (sum, i) => mean[i] + Math.floor((sum + 16384) / 32768));
}
