/** The texture layer: frame, counts, levels (FORMAT.md, sections 7.1, 7.3 to 7.5). @module */

import { Reader } from "./container.js";
import { Decisions, elements } from "./decisions.js";
import { invalid, unsupported } from "./failures.js";
import { bits, clamp } from "./numbers.js";

const TABLE = /** @type {const} */ ([
  ["FRAME", 64, [4]],
  ["COUNT", 64, [128, 128]],
  ["LEVEL", 64, [96, 224, 768, 432, 768, 816, 192]],
  ["REFINE", 8, [16, 192]],
]);

/** @param {Uint8Array} bytes of the file of weights */
export function textureElements(bytes) {
  return elements(bytes, /** @type {any} */ (TABLE));
}

/** Four times the binary logarithm of (16 + i) / 16, rounded. */
export const QUARTERS = [0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4];

/** Four times the binary logarithm of a step: q of section 7.4. @param {number} n its number */
function quarterOctaves(n) {
  return 16 + 4 * (n >> 4) + QUARTERS[n % 16];
}

/** @param {number} v */
export function sums(v) {
  if (v < 4) return v;
  const n = bits(v);
  return Math.min(4 + 2 * (n - 3) + ((v >> (n - 2)) & 1), 15);
}

/** @param {number} v */
export function ranks(v) {
  if (v < 64) return v;
  const n = bits(v);
  return Math.min(64 + 8 * (n - 7) + ((v >> (n - 4)) % 8), 111);
}

/** Where the window lies: centre (x, y) and upper side (a, d), in 256ths of the canvas's longest side. */
/** @typedef {{x: number, y: number, a: number, d: number}} Frame */

/** The levels of one part. */
class Part {
  /** @param {import("./transform.js").Part} transform @param {number} step */
  constructor(transform, step) {
    this.transform = transform;
    this.step = step;
    this.known = 0;
    this.levels = new Int32Array(transform.count);
    this.shifts = new Uint8Array(transform.count);
  }

  nonzero() {
    let count = 0;
    for (let r = 0; r < this.known; r++) if (this.levels[r]) count++;
    return count;
  }

  /** The coefficients (7.5). */
  values() {
    const Q = (16 + (this.step % 16)) * 2 ** (this.step >> 4);
    return Float64Array.from(this.levels, (level, r) => {
      if (!level) return 0;
      const s = this.shifts[r];
      const value = Math.min(Math.abs(level) * 2 ** s * Q + ((3 * (2 ** s - 1) * Q) >> 3), 131071);
      return level < 0 ? -value : value;
    });
  }
}

/** The texture of a file, layer by layer. */
export class Texture {
  /** @param {import("./models.js").Models} models */
  constructor(models) {
    this.transform = models.transform();
    this.elements = models.texture();
    /** @type {Frame | null} */
    this.frame = null;
    /** @type {Part[]} */
    this.parts = [];
    /** Red, green and blue of a texture of one colour (7.9). @type {number[] | null} */
    this.colour = null;
  }

  /** @param {Uint8Array} payload */
  read(payload) {
    const reader = new Reader(payload);
    const profile = reader.byte();
    if (profile >> 4 === 15) {
      this.plain(profile, reader);
      return;
    }
    if (profile >> 4 !== 1) unsupported(`texture coding ${profile >> 4} is unknown`);
    if (profile & 8) unsupported("a bit of the profile is set that means nothing yet");
    if (this.colour) invalid("a texture layer behind one of one colour");
    const first = this.frame === null;
    if (((profile & 4) !== 0) !== first) invalid("damaged: a step where none belongs, or none where it does");
    const step = first ? reader.byte() : 0;
    if (step > 127) unsupported(`quantiser step ${step} is unknown`);
    const decisions = new Decisions(reader.rest());
    if (first) this.begin(decisions, step);
    let e = 0;
    this.parts.forEach((part, p) => {
      this.coefficients(decisions, part, p, profile & 3, e);
      if (p === 0) e = part.nonzero();
    });
    decisions.finish();
  }

  /** @param {number} profile @param {Reader} reader */
  plain(profile, reader) {
    if (profile & 15) unsupported("a bit of the profile is set that means nothing yet");
    const colour = [reader.byte(), reader.byte(), reader.byte()];
    if (this.frame || reader.rest().length) invalid("a second texture layer, or bytes behind a colour");
    this.colour = colour;
    this.frame = { x: 0, y: 0, a: 160, d: 0 };
    this.parts = this.transform.map((/** @type {import("./transform.js").Part} */ part) => new Part(part, 0));
  }

  /** @param {Decisions} decisions @param {number} step */
  begin(decisions, step) {
    const { FRAME } = this.elements;
    const [x, y, a, d] = [0, 0, 160, 0].map((usual, k) => usual + decisions.signed(FRAME.under(k)));
    const size = a * a + d * d;
    if (Math.abs(x) > 512 || Math.abs(y) > 512 || Math.abs(a) > 1023 || Math.abs(d) > 1023 || size < 64) {
      invalid("damaged: the frame is too large or too small");
    }
    this.frame = { x, y, a, d };
    const f = decisions.even(4);
    this.parts = [
      new Part(this.transform[0], step),
      new Part(this.transform[1], Math.max(step - 24 + 8 * f, 0)),
    ];
  }

  /** @param {Decisions} decisions @param {Part} part @param {number} p @param {number} shift @param {number} e */
  coefficients(decisions, part, p, shift, e) {
    const { COUNT, LEVEL, REFINE } = this.elements;
    const { levels, shifts, transform } = part;
    const N = transform.count;
    const n = part.step;
    const units = decisions.unsigned(COUNT.under(64 * p + (n >> 1), 16 * (4 * p + shift) + sums(e)));
    if (4 * units >= N + 4) invalid("damaged: more coefficients than the transform has");
    const count = Math.min(4 * units, N);
    const known = part.known;
    if (count > known) {
      shifts.fill(shift, known, count);
      part.known = count;
    }
    const q = quarterOctaves(n);
    const other = p ? sums(e) + 1 : 0;
    const size = (/** @type {number} */ r) => (r < 0 ? 0 : Math.min(Math.abs(levels[r]), 15));
    let near = 0;
    let far = 0;
    for (let r = 0; r < count; r++) {
      const left = r < known ? shifts[r] - shift : 0;
      if (r >= known || left > 0) {
        const x = clamp(transform.energy[r] + 20 - q - 4 * shift, 0, 47);
        const level = levels[r];
        if (level) {
          const more = decisions.tree(REFINE.under(4 * left + Math.min(Math.abs(level), 3), 48 * left + x), left);
          levels[r] = Math.sign(level) * (Math.abs(level) * 2 ** left + more);
        } else {
          const edge = 3 * Math.min(size(r - 1), 2) + Math.min(size(r - 2), 2);
          LEVEL.under(
            48 * p + x,
            112 * p + ranks(r),
            48 * sums(near) + x,
            48 * edge + x,
            48 * sums(far) + x,
            48 * other + x,
            48 * left + x,
          );
          levels[r] = decisions.signed(LEVEL);
          if (r < known && Math.abs(levels[r]) >= 2 ** left) invalid("damaged: a level that a lower layer would have held");
        }
        shifts[r] = shift;
      }
      near += size(r) - size(r - 16);
      far += size(r) - size(r - 64);
    }
  }

  /** Four times the binary logarithm of the step that the first coefficient is known to. */
  coarseness() {
    const first = this.parts.find((part) => part.known);
    return quarterOctaves(this.parts[0].step) + 4 * (first?.shifts[0] ?? 0);
  }
}

