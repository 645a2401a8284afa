/** The colours of reference pixels (FORMAT.md, section 6). @module */

import { Reader } from "./container.js";
import { Decisions, clip, elements } from "./decisions.js";
import { LIMITS, above, invalid, unsupported } from "./failures.js";
import { bits, clamp, div } from "./numbers.js";
import { Places } from "./places.js";
import { readPrimed } from "./primed.js";

const STEPS_Y = [6, 8, 10, 12, 16, 24];
const STEPS_C = [8, 12, 14, 18, 24, 32];

const TABLE = /** @type {const} */ ([
  ["Y", 64, [16, 144, 16, 54, 16]],
  ["CO", 64, [16, 144, 31, 16, 54]],
  ["CG", 64, [16, 144, 31, 31, 16, 54]],
]);

/** @param {Uint8Array} bytes of the file of weights */
export function colourElements(bytes) {
  return elements(bytes, /** @type {any} */ (TABLE));
}

/** @param {number} v */
const tone = (v) => clamp(v >> 4, 0, 15);

/** @param {number} Y @param {number} Co @param {number} Cg */
export function rgb(Y, Co, Cg) {
  const t = Y - (Cg >> 1);
  const G = Cg + t;
  const B = t - (Co >> 1);
  const R = B + Co;
  return [R, G, B].map((v) => clamp(v, 0, 255));
}

/** The colours of a file, layer by layer. */
export class Colours {
  /**
   * @param {import("./edges.js").Drawing} drawing @param {Uint8Array} E @param {number} W @param {number} H
   * @param {import("./models.js").Models} models @param {import("./failures.js").Limits} [limits]
   */
  constructor(drawing, E, W, H, models, limits = LIMITS) {
    this.drawing = drawing;
    this.E = E;
    this.W = W;
    this.H = H;
    this.models = models;
    this.limits = limits;
    this.coding = 0;
    /** @type {Places | null} */
    this.places = null;
    /** Y, Co, Cg of the places whose colours are known. @type {number[]} */
    this.known = [];
  }

  get count() {
    return this.known.length / 3;
  }

  /** @param {Uint8Array} payload */
  read(payload) {
    const reader = new Reader(payload);
    const profile = reader.byte();
    const coding = profile >> 4;
    const m = profile & 15;
    if (coding !== 1 && coding !== 2) unsupported(`colour coding ${coding} is unknown`);
    if (m >= STEPS_Y.length) unsupported(`colour steps ${m} are unknown`);
    if (this.coding && coding !== this.coding) invalid("damaged: colours of two codings");
    const count = reader.varint();
    if (count === 0) invalid("damaged: no colours");
    if (this.count + count > this.limits.colours) above(`more than ${this.limits.colours} colours`);
    this.coding = coding;
    this.places ??= new Places(this.drawing, this.E, this.W, this.H, coding === 2);
    if (!this.places.extend(this.count + count)) invalid("damaged: more colours than places");
    if (coding === 2) {
      const decisions = new Decisions(reader.rest());
      for (let i = 0; i < count; i++) this.decided(decisions, m);
      decisions.finish();
      return;
    }
    if (3 * count > this.limits.symbols) above(`${3 * count} symbols in a layer`);
    const symbols = readPrimed(reader.rest(), 3 * count, this.models.primed("colours-1.primer"));
    const level = (/** @type {number} */ s) => (s % 2 ? (s + 1) / 2 : -(s / 2));
    for (let i = 0; i < count; i++) {
      this.add(this.predict(), [0, 1, 2].map((plane) => level(symbols[plane * count + i])), m);
    }
  }

  /** The prediction of the next place: Y, Co, Cg, least squared distance, spread of Y. */
  predict() {
    const { known } = this;
    const order = /** @type {Places} */ (this.places).order;
    const count = this.count;
    if (count === 0) return [128, 24, -8, 0, 0];
    const x = order[2 * count];
    const y = order[2 * count + 1];
    // The three nearest, nearest first; of equally near ones the earlier.
    const near = [-1, -1, -1];
    const q = [Infinity, Infinity, Infinity];
    for (let i = 0; i < count; i++) {
      const here = (order[2 * i] - x) ** 2 + (order[2 * i + 1] - y) ** 2;
      if (here >= q[2]) continue;
      let at = 2;
      while (at > 0 && here < q[at - 1]) {
        q[at] = q[at - 1];
        near[at] = near[at - 1];
        at--;
      }
      q[at] = here;
      near[at] = i;
    }
    const sums = [0, 0, 0];
    let t = 0;
    let low = Infinity;
    let high = -Infinity;
    for (let j = 0; j < Math.min(count, 3); j++) {
      const w = div(65536, q[j]) + 1;
      t += w;
      for (let plane = 0; plane < 3; plane++) sums[plane] += w * known[3 * near[j] + plane];
      low = Math.min(low, known[3 * near[j]]);
      high = Math.max(high, known[3 * near[j]]);
    }
    return [...sums.map((sum) => div(2 * sum + t, 2 * t)), q[0], high - low];
  }

  /** @param {Decisions} decisions @param {number} m */
  decided(decisions, m) {
    const { Y, CO, CG } = this.models.colours();
    const predicted = this.predict();
    const [pY, pCo, pCg, q, d] = predicted;
    const apart = Math.min(bits(div(d, STEPS_Y[m])), 8);
    const away = Math.min(bits(q), 15);
    const both = 16 * apart + away;
    const coarse = 6 * apart + m;
    const y = decisions.signed(Y.under(away, both, tone(pY), coarse, Math.min(this.count, 15)));
    const co = decisions.signed(CO.under(away, both, clip(y), tone(pCo + 128), coarse));
    const cg = decisions.signed(CG.under(away, both, clip(y), clip(co), tone(pCg + 128), coarse));
    this.add(predicted, [y, co, cg], m);
  }

  /** @param {number[]} predicted @param {number[]} levels @param {number} m */
  add(predicted, levels, m) {
    this.known.push(
      clamp(predicted[0] + levels[0] * STEPS_Y[m], 0, 255),
      clamp(predicted[1] + levels[1] * STEPS_C[m], -255, 255),
      clamp(predicted[2] + levels[2] * STEPS_C[m], -255, 255),
    );
  }

  /** Each known colour as [x, y, R, G, B]. @returns {number[][]} */
  dots() {
    const order = this.places?.order ?? [];
    return Array.from({ length: this.count }, (_, i) => {
      const [Y, Co, Cg] = this.known.slice(3 * i, 3 * i + 3);
      return [order[2 * i], order[2 * i + 1], ...rgb(Y, Co, Cg)];
    });
  }
}

/**
 * M and C of some dots (6.6).
 * @param {number[][]} dots @param {number} W @param {number} H
 */
export function planes(dots, W, H) {
  const M = new Uint8Array(W * H);
  const C = new Uint8Array(3 * W * H);
  for (const [x, y, ...colour] of dots) {
    M[y * W + x] = 1;
    C.set(colour, 3 * (y * W + x));
  }
  return { M, C };
}
