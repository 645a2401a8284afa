/** E, the bitmap of the strokes (FORMAT.md, section 5). @module */

import { LIMITS, above } from "./failures.js";
import { bits } from "./numbers.js";
import { strokesOf } from "./ops.js";

/** Into how many steps a segment is cut, as the exponent of 2. @param {import("./ops.js").Segment} points */
function exponent(points) {
  let reach = 0;
  for (let i = 2; i < points.length; i++) reach = Math.max(reach, Math.abs(points[i] - points[i - 2]));
  const d = points.length / 2 - 1;
  const steps = Math.max(1, Math.ceil((d * reach) / 2));
  return bits(steps - 1);
}

/**
 * The position at i of n, times n^d, per coordinate.
 * @param {import("./ops.js").Segment} p @param {number} n @param {number} i @param {number} axis
 */
export function position(p, n, i, axis) {
  const j = n - i;
  if (p.length === 4) return p[axis] * j + p[2 + axis] * i;
  return p[axis] * j * j * j + 3 * p[2 + axis] * j * j * i + 3 * p[4 + axis] * j * i * i + p[6 + axis] * i * i * i;
}

/**
 * The pixel of a coordinate. Positions of long curves do not fit a double: these take big integers.
 * @param {import("./ops.js").Segment} p @param {number} k @param {number} i @param {number} axis
 */
function pixel(p, k, i, axis) {
  const d = p.length / 2 - 1;
  const n = 2 ** k;
  // Points are below 2^13 in size, and three weights add to each one: 2^15 n^d bounds all partial sums.
  if (d * k <= 37) return Math.floor((position(p, n, i, axis) + n ** d) / 2 ** (d * k + 1));
  const [a, b, c, e] = [p[axis], p[2 + axis], p[4 + axis], p[6 + axis]].map(BigInt);
  const N = BigInt(n);
  const I = BigInt(i);
  const J = N - I;
  const at = a * J ** 3n + 3n * b * J * J * I + 3n * c * J * I * I + e * I ** 3n;
  return Number((at + N ** 3n) >> BigInt(3 * k + 1));
}

/**
 * The pixels of a stroke, without corners, as x, y, x, y, ...
 * @param {import("./ops.js").Segment[]} segments
 */
function trace(segments) {
  /** @type {number[]} */
  const path = [];
  for (const segment of segments) {
    const k = exponent(segment);
    for (let i = 0; i <= 2 ** k; i++) {
      const x = pixel(segment, k, i, 0);
      const y = pixel(segment, k, i, 1);
      if (path.length && path[path.length - 2] === x && path[path.length - 1] === y) continue;
      path.push(x, y);
    }
  }
  const kept = path.slice(0, 2);
  for (let i = 2; i < path.length; i += 2) {
    const corner =
      i + 2 < path.length &&
      Math.abs(path[i + 2] - kept[kept.length - 2]) === 1 &&
      Math.abs(path[i + 3] - kept[kept.length - 1]) === 1;
    if (!corner) kept.push(path[i], path[i + 1]);
  }
  return kept;
}

/**
 * @param {import("./edges.js").Drawing | null} drawing @param {number} W @param {number} H
 * @param {import("./failures.js").Limits} [limits]
 * @returns {Uint8Array} W * H bytes of 0 and 1, row by row
 */
export function draw(drawing, W, H, limits = LIMITS) {
  const E = new Uint8Array(W * H);
  if (!drawing) return E;
  const strokes = strokesOf(drawing.ops, drawing.step);
  let steps = 0;
  for (const segments of strokes) for (const segment of segments) steps += 2 ** exponent(segment);
  if (steps > limits.steps) above("the strokes are too long");
  for (const segments of strokes) {
    const path = trace(segments);
    for (let i = 0; i < path.length; i += 2) {
      const [x, y] = [path[i], path[i + 1]];
      if (x >= 0 && x < W && y >= 0 && y < H) E[y * W + x] = 1;
    }
  }
  return E;
}
