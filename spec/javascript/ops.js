/** Strokes as ops on a grid, and their rules (FORMAT.md, section 4.1). @module */

import { above, invalid } from "./failures.js";
import { div } from "./numbers.js";

/**
 * One op in grid units: ["M", x, y], ["L", x, y] or ["C", ax, ay, bx, by, x, y].
 * @typedef {["M" | "L" | "C", ...number[]]} Op
 */

/**
 * One Line or Curve, its points in half-pixels, as x, y, x, y, ...: two points or four.
 * @typedef {number[]} Segment
 */

/** Columns and rows of the grid. @param {number} W @param {number} H @param {number} step */
export function grid(W, H, step) {
  return { cols: div(2 * (W - 1), step) + 1, rows: div(2 * (H - 1), step) + 1 };
}

/** The thirds of a chord, as ax, ay, bx, by. @param {number} x0 @param {number} y0 @param {number} x3 @param {number} y3 */
export function thirds(x0, y0, x3, y3) {
  const dx = x3 - x0;
  const dy = y3 - y0;
  return [x0 + div(dx, 3), y0 + div(dy, 3), x0 + div(2 * dx, 3), y0 + div(2 * dy, 3)];
}

/**
 * Throws unless the ops keep the rules.
 * @param {Op[]} ops @param {{cols: number, rows: number}} size
 */
export function checkOps(ops, { cols, rows }) {
  let last = "";
  let x0 = 0;
  let y0 = 0;
  for (const op of ops) {
    const kind = op[0];
    const x = /** @type {number} */ (op[op.length - 2]);
    const y = /** @type {number} */ (op[op.length - 1]);
    if (kind === "M" ? last === "M" : last === "") invalid("damaged: the ops are in no order that makes strokes");
    if (x < 0 || x >= cols || y < 0 || y >= rows) invalid("damaged: a stroke leaves the grid");
    if (kind === "L" && x === x0 && y === y0) invalid("damaged: a line that goes nowhere");
    if (kind === "C") {
      const [, ax, ay, bx, by] = /** @type {[string, number, number, number, number]} */ (/** @type {unknown} */ (op));
      if (Math.min(ax, bx) <= -cols || Math.max(ax, bx) >= 2 * cols) invalid("damaged: a control point is too far away");
      if (Math.min(ay, by) <= -rows || Math.max(ay, by) >= 2 * rows) invalid("damaged: a control point is too far away");
      if ([ax, bx, x].every((v) => v === x0) && [ay, by, y].every((v) => v === y0)) {
        invalid("damaged: a curve that goes nowhere");
      }
    }
    last = kind;
    x0 = x;
    y0 = y;
  }
  if (last === "M") invalid("damaged: a move that no stroke follows");
}

/** @param {number} count @param {import("./failures.js").Limits} limits */
export function checkCount(count, limits) {
  if (count > limits.ops) above(`more than ${limits.ops} ops`);
}

/**
 * The strokes in half-pixels: for each its segments.
 * @param {Op[]} ops @param {number} step
 * @returns {Segment[][]}
 */
export function strokesOf(ops, step) {
  /** @type {Segment[][]} */
  const strokes = [];
  let x0 = 0;
  let y0 = 0;
  for (const op of ops) {
    const numbers = /** @type {number[]} */ (op.slice(1)).map((v) => v * step);
    if (op[0] === "M") strokes.push([]);
    else strokes[strokes.length - 1].push([x0, y0, ...numbers]);
    [x0, y0] = numbers.slice(-2);
  }
  return strokes;
}

/** The ops as section 10 writes them. @param {Op[]} ops */
export function opsText(ops) {
  return ops.map((op) => `${op.join(" ")}\n`).join("");
}
