/** The detail layer: regions of the face that texture is too coarse for (FORMAT.md, section 7.8). @module */

import { Reader } from "./container.js";
import { Decisions, elements } from "./decisions.js";
import { invalid, unsupported } from "./failures.js";
import { clamp } from "./numbers.js";
import { LIMIT, enlarge, place } from "./synthesis.js";
import { QUARTERS, ranks, sums } from "./texture.js";

const WINDOW = 192;

const TABLE = /** @type {const} */ ([
  ["COUNT", 64, [256, 64]],
  ["LEVEL", 64, [128, 264, 512, 288, 512, 128]],
]);

const REGIONS = Object.freeze([
  { left: 37, top: 40, columns: 52, rows: 44, basis: 0, mirrored: false },
  { left: 103, top: 40, columns: 52, rows: 44, basis: 0, mirrored: true },
  { left: 72, top: 76, columns: 48, rows: 44, basis: 1, mirrored: false },
  { left: 60, top: 112, columns: 72, rows: 44, basis: 2, mirrored: false },
]);

/** @param {Uint8Array} bytes of the file of weights */
export function detailElements(bytes) {
  return elements(bytes, /** @type {any} */ (TABLE));
}

/**
 * @typedef {object} Basis
 * @property {number} count of coefficients
 * @property {number} samples of Y, Co and Cg
 * @property {Uint8Array} energy (count,)
 * @property {Uint16Array} gain (count,)
 * @property {Int8Array} functions (count * samples,), rank by rank
 */

/**
 * @param {Uint8Array} bytes of the file
 * @returns {Basis[]}
 */
export function readBases(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const bases = [0, 2, 3].map((region) => {
    const { columns, rows } = REGIONS[region];
    const count = view.getUint16(at + 2);
    if (bytes[at] !== columns || bytes[at + 1] !== rows || count > 512) throw new RangeError("a basis of another shape");
    const samples = columns * rows + (columns / 4) * (rows / 4) * 2;
    at += 4;
    const energy = Uint8Array.from({ length: count }, (_, k) => bytes[at + 3 * k]);
    const gain = Uint16Array.from({ length: count }, (_, k) => view.getUint16(at + 3 * k + 1));
    at += 3 * count;
    const functions = new Int8Array(bytes.buffer, bytes.byteOffset + at, samples * count);
    at += samples * count;
    return { count, samples, energy, gain, functions };
  });
  if (at !== bytes.length) throw new RangeError(`a transform of ${bytes.length} bytes, not ${at}`);
  return bases;
}

/** What a detail layer says. */
export class Detail {
  /** @param {import("./models.js").Models} models @param {Uint8Array} payload */
  constructor(models, payload) {
    this.bases = models.bases();
    this.elements = models.detail();
    const reader = new Reader(payload);
    const profile = reader.byte();
    if (profile >> 4 !== 1) unsupported(`detail coding ${profile >> 4} is unknown`);
    if (profile & 15) unsupported("a bit of the profile is set that means nothing yet");
    this.step = reader.byte();
    if (this.step > 127) unsupported(`quantiser step ${this.step} is unknown`);
    const decisions = new Decisions(reader.rest());
    /** @type {Int32Array[]} */
    this.levels = [];
    for (let g = 0; g < REGIONS.length; g++) this.levels.push(this.region(decisions, g));
    decisions.finish();
  }

  /** @param {Decisions} decisions @param {number} g */
  region(decisions, g) {
    const { COUNT, LEVEL } = this.elements;
    const B = REGIONS[g].basis;
    const { count: N, energy } = this.bases[B];
    const n = this.step;
    let e = 0;
    for (const levels of this.levels) for (const level of levels) if (level) e++;
    const units = decisions.unsigned(COUNT.under(64 * g + (n >> 1), 16 * g + sums(e)));
    if (4 * units >= N + 4) invalid("damaged: more coefficients than the transform has");
    const levels = new Int32Array(Math.min(4 * units, N));
    const size = (/** @type {number} */ r) => (r < 0 ? 0 : Math.min(Math.abs(levels[r]), 15));
    const q = 16 + 4 * (n >> 4) + QUARTERS[n % 16];
    let near = 0;
    let far = 0;
    for (let r = 0; r < levels.length; r++) {
      const x = clamp(energy[r] + 20 - q, 0, 31);
      const twin = g === 1 ? 1 + Math.min(Math.abs(this.levels[0][r] ?? 0), 2) : 0;
      const edge = 3 * Math.min(size(r - 1), 2) + Math.min(size(r - 2), 2);
      LEVEL.under(32 * g + x, 88 * B + ranks(r), 32 * sums(near) + x, 32 * edge + x, 32 * sums(far) + x, 32 * twin + x);
      levels[r] = decisions.signed(LEVEL);
      near += size(r) - size(r - 16);
      far += size(r) - size(r - 64);
    }
    return levels;
  }

  /**
   * Adds it to T, in place.
   * @param {Int16Array} T (H * W * 3,) @param {import("./texture.js").Frame} frame @param {number} W @param {number} H
   */
  addTo(T, frame, W, H) {
    if (!this.levels.some((levels) => levels.some((level) => level !== 0))) return;
    const window = [0, 1, 2].map(() => new Int32Array(WINDOW * WINDOW));
    REGIONS.forEach((region, g) => {
      if (this.levels[g].some((level) => level !== 0)) this.draw(window, region, this.levels[g]);
    });
    const canvas = [0, 1, 2].map((plane) => Int32Array.from({ length: W * H }, (_, i) => T[3 * i + plane]));
    place(canvas, window, frame, W, H);
    for (let plane = 0; plane < 3; plane++) {
      for (let i = 0; i < W * H; i++) T[3 * i + plane] = clamp(canvas[plane][i], -LIMIT, LIMIT);
    }
  }

  /** @param {Int32Array[]} window @param {typeof REGIONS[number]} region @param {Int32Array} levels */
  draw(window, { left, top, columns, rows, basis, mirrored }, levels) {
    const { samples: count, gain, functions } = this.bases[basis];
    const Q = (16 + (this.step % 16)) * 2 ** (this.step >> 4);
    const total = new Float64Array(count);
    levels.forEach((level, r) => {
      if (!level) return;
      const factor = Math.sign(level) * Math.min(Math.abs(level) * Q, 131071) * gain[r];
      for (let i = 0; i < count; i++) total[i] += factor * functions[r * count + i];
    });
    const samples = total.map((v) => clamp(Math.floor((v + 524288) / 1048576), -LIMIT, LIMIT));
    const luma = columns * rows;
    const chroma = luma / 16;
    [samples.subarray(0, luma), samples.subarray(luma, luma + chroma), samples.subarray(luma + chroma)].forEach(
      (grid, plane) => {
        const pixels = plane ? enlarge({ columns: columns / 4, rows: rows / 4, samples: grid }, columns, rows) : grid;
        for (let j = 0; j < rows; j++) {
          for (let i = 0; i < columns; i++) {
            const column = mirrored ? columns - 1 - i : i;
            window[plane][(top + j) * WINDOW + left + i] += pixels[j * columns + column];
          }
        }
      },
    );
  }
}
