/** Where reference pixels lie, and in which order (FORMAT.md, sections 6.1 and 6.2). @module */

import { position } from "./drawing.js";
import { div } from "./numbers.js";
import { strokesOf } from "./ops.js";

const CUBE = 64 ** 3;

/**
 * The places of a Line. @param {number[]} ends x0, y0, x1, y1 @param {number} r @returns {number[][]}
 */
function besideLine([x0, y0, x1, y1], r) {
  const x = div(x0 + x1 + 2, 4);
  const y = div(y0 + y1 + 2, 4);
  return Math.abs(y1 - y0) < Math.abs(x1 - x0)
    ? [[x, y - r], [x, y + r]] // prettier-ignore
    : [[x - r, y], [x + r, y]];
}

/** The places of a Curve. @param {import("./ops.js").Segment} p @param {number} r @returns {number[][]} */
function besideCurve(p, r) {
  let dx = p[6] - p[0];
  let dy = p[7] - p[1];
  if (dx === 0 && dy === 0) {
    dx = p[4] - p[2];
    dy = p[5] - p[3];
  }
  let side = 0;
  let Bx = 0;
  let By = 0;
  for (let i = 0; i <= 64; i++) {
    const bx = position(p, 64, i, 0);
    const by = position(p, 64, i, 1);
    const here = dx * (by - p[1] * CUBE) - dy * (bx - p[0] * CUBE);
    if (i === 0 || Math.abs(here) > Math.abs(side)) [side, Bx, By] = [here, bx, by];
  }
  if (side === 0) return besideLine([p[0], p[1], p[6], p[7]], r);
  const x = div(Bx + CUBE, 2 ** 19);
  const y = div(By + CUBE, 2 ** 19);
  if (Math.abs(dy) < Math.abs(dx)) return [[x, side > 0 === dx > 0 ? y - r : y + r]];
  return [[side > 0 === dy > 0 ? x + r : x - r, y]];
}

/**
 * The places in the order of 6.2, made as far as they are asked for.
 */
export class Places {
  /**
   * @param {import("./edges.js").Drawing} drawing @param {Uint8Array} E @param {number} W @param {number} H
   * @param {boolean} fillers true in coding 2 of colours
   */
  constructor(drawing, E, W, H, fillers) {
    const longest = Math.max(W, H);
    const r = Math.max(1, div(3 * longest + 128, 256));
    const taken = new Uint8Array(W * H);
    /** @type {number[]} */
    const found = [];
    const add = (/** @type {number} */ x, /** @type {number} */ y) => {
      if (x < 0 || x >= W || y < 0 || y >= H || taken[y * W + x]) return;
      taken[y * W + x] = 1;
      found.push(x, y);
    };
    for (const segments of strokesOf(drawing.ops, drawing.step)) {
      for (const p of segments) {
        for (const [x, y] of p.length === 4 ? besideLine(p, r) : besideCurve(p, r)) add(x, y);
      }
    }
    /** How many of the places lie beside strokes; fillers follow. */
    this.strokes = found.length / 2;
    if (fillers) addFillers(E, W, H, r, add);
    this.all = Int32Array.from(found);
    this.n2 = Math.max(1, div(14 * longest, 256)) ** 2;
    this.centre = [div(W, 2), div(H, 2)];
    const count = found.length / 2;
    /** Least squared distance of each place to those that were taken. */
    this.apart = new Float64Array(count).fill(Infinity);
    /** The places in order, as x, y, x, y, ... @type {number[]} */
    this.order = [];
  }

  /** The place that comes next, or -1. */
  pick() {
    const { all, apart, strokes, n2 } = this;
    const count = apart.length;
    let best = -1;
    if (this.order.length === 0) {
      const [cx, cy] = this.centre;
      let least = Infinity;
      for (let i = 0; i < (strokes || count); i++) {
        const q = (all[2 * i] - cx) ** 2 + (all[2 * i + 1] - cy) ** 2;
        if (q < least) [least, best] = [q, i];
      }
      return best;
    }
    let most = 0;
    for (let i = 0; i < strokes; i++) if (apart[i] > most) [most, best] = [apart[i], i];
    for (let i = strokes; i < count; i++) {
      const d = apart[i] <= n2 ? 0 : Math.floor(apart[i] / 4);
      if (d > most) [most, best] = [d, i];
    }
    return best;
  }

  /** Makes the order `count` places long, or as long as it gets. @param {number} count @returns {boolean} whether it is */
  extend(count) {
    const { all, apart, order } = this;
    while (order.length < 2 * count) {
      const next = order.length >= 2 * 2048 ? -1 : this.pick();
      if (next < 0) return false;
      const x = all[2 * next];
      const y = all[2 * next + 1];
      order.push(x, y);
      for (let i = 0; i < apart.length; i++) {
        const dx = all[2 * i] - x;
        const dy = all[2 * i + 1] - y;
        const q = dx * dx + dy * dy;
        if (q < apart[i]) apart[i] = q;
      }
    }
    return true;
  }
}

/**
 * @param {Uint8Array} E @param {number} W @param {number} H @param {number} r
 * @param {(x: number, y: number) => void} add
 */
function addFillers(E, W, H, r, add) {
  const g = Math.max(1, div(Math.max(W, H), 16));
  for (let y = div(g, 2); y < H; y += g) {
    for (let x = div(g, 2); x < W; x += g) {
      let free = true;
      for (let v = Math.max(y - r, 0); free && v <= Math.min(y + r, H - 1); v++) {
        for (let u = Math.max(x - r, 0); u <= Math.min(x + r, W - 1); u++) if (E[v * W + u]) free = false;
      }
      if (free) add(x, y);
    }
  }
}
