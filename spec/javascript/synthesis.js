/** T, the texture as samples (FORMAT.md, sections 7.6 and 7.7). @module */

import { clamp, div } from "./numbers.js";

/** Samples are clamped to this. */
export const LIMIT = 16383;
const WINDOW = 160;

/**
 * The three grids of a part: Y, Co, Cg.
 * @param {import("./transform.js").Part} part @param {Float64Array} values its coefficients
 * @returns {{columns: number, rows: number, samples: Float64Array}[]}
 */
function grids({ luma, chroma, half, mean, parity, gain, basis }, values) {
  const even = Float64Array.from(mean, (v) => v * 1048576);
  const odd = new Float64Array(half);
  for (let k = 0; k < values.length; k++) {
    if (!values[k]) continue;
    const factor = values[k] * gain[k];
    const sum = parity[k] ? odd : even;
    const start = k * half;
    for (let i = 0; i < half; i++) sum[i] += factor * basis[start + i];
  }
  let at = 0;
  return [luma, chroma, chroma].map((side) => {
    const samples = new Float64Array(side * side);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side / 2; column++, at++) {
        const left = Math.floor((even[at] + odd[at] + 524288) / 1048576);
        const right = Math.floor((even[at] - odd[at] + 524288) / 1048576);
        samples[row * side + column] = clamp(left, -LIMIT, LIMIT);
        samples[row * side + side - 1 - column] = clamp(right, -LIMIT, LIMIT);
      }
    }
    return { columns: side, rows: side, samples };
  });
}

/**
 * For pixels `from` to `to` of a row of `size`: four samples each, and their weights.
 * @param {number} m @param {number} size @param {number} from @param {number} to
 */
function kernel(m, size, from, to) {
  const at = new Int32Array(4 * (to - from));
  const weight = new Float64Array(4 * (to - from));
  for (let i = from; i < to; i++) {
    const place = div(((2 * i + 1) * m - size) * 32 + size, 2 * size);
    const base = div(place, 32);
    const t = place - 32 * base;
    const k = 4 * (i - from);
    weight[k] = -(t ** 3) + 64 * t ** 2 - 1024 * t;
    weight[k + 1] = 3 * t ** 3 - 160 * t ** 2 + 65536;
    weight[k + 2] = -3 * t ** 3 + 128 * t ** 2 + 1024 * t;
    weight[k + 3] = t ** 3 - 32 * t ** 2;
    for (let j = 0; j < 4; j++) at[k + j] = clamp(base - 1 + j, 0, m - 1);
  }
  return { at, weight };
}

/**
 * A grid spread over a rectangle of `width` x `height` pixels, of which a part is made.
 * @param {{columns: number, rows: number, samples: Float64Array}} grid @param {number} width @param {number} height
 * @param {number} [left] @param {number} [top] @param {number} [W] @param {number} [H]
 */
export function enlarge({ columns, rows: count, samples }, width, height, left = 0, top = 0, W = width, H = height) {
  const across = kernel(columns, width, left, left + W);
  const down = kernel(count, height, top, top + H);
  const rows = new Float64Array(count * W);
  for (let row = 0; row < count; row++) {
    const start = row * columns;
    for (let i = 0; i < W; i++) {
      let sum = 0;
      for (let k = 4 * i; k < 4 * i + 4; k++) sum += across.weight[k] * samples[start + across.at[k]];
      rows[row * W + i] = sum;
    }
  }
  const pixels = new Int32Array(W * H);
  for (let j = 0; j < H; j++) {
    const [w0, w1, w2, w3] = down.weight.subarray(4 * j, 4 * j + 4);
    const [r0, r1, r2, r3] = down.at.subarray(4 * j, 4 * j + 4).map((row) => row * W);
    for (let i = 0; i < W; i++) {
      const sum = w0 * rows[r0 + i] + w1 * rows[r1 + i] + w2 * rows[r2 + i] + w3 * rows[r3 + i];
      pixels[j * W + i] = Math.floor((sum + 2147483648) / 4294967296);
    }
  }
  return pixels;
}

/**
 * Adds a window of any side to the canvas.
 * @param {Int32Array[]} canvas three planes @param {Int32Array[]} window three planes
 * @param {import("./texture.js").Frame} frame @param {number} W @param {number} H
 */
export function place(canvas, window, { x, y, a, d }, W, H) {
  const S = Math.max(W, H);
  const side = Math.sqrt(window[0].length);
  const [scale, middle, last] = [64 * side, 16 * (side - 1), 32 * (side - 1)];
  const SR = S * (a * a + d * d);
  for (let j = 0; j < H; j++) {
    const Y = (2 * j + 1 - H) * 128 - S * y;
    for (let i = 0; i < W; i++) {
      const X = (2 * i + 1 - W) * 128 - S * x;
      const u = Math.floor((scale * (a * X + d * Y) + SR) / (2 * SR)) + middle;
      if (u < 0 || u >= last) continue;
      const v = Math.floor((scale * (a * Y - d * X) + SR) / (2 * SR)) + middle;
      if (v < 0 || v >= last) continue;
      const fu = u & 31;
      const fv = v & 31;
      const at = (v >> 5) * side + (u >> 5);
      for (let plane = 0; plane < 3; plane++) {
        const P = window[plane];
        const upper = P[at] * (32 - fu) + P[at + 1] * fu;
        const lower = P[at + side] * (32 - fu) + P[at + side + 1] * fu;
        canvas[plane][j * W + i] += (upper * (32 - fv) + lower * fv + 512) >> 10;
      }
    }
  }
}

/**
 * @param {import("./texture.js").Texture} texture with its first layer read
 * @param {number} W @param {number} H of the canvas
 * @returns {Int16Array} Y, Co, Cg of each pixel, row by row, in 1/16 level
 */
export function synthesise(texture, W, H) {
  if (texture.colour) {
    const [r, g, b] = texture.colour;
    const sample = [4 * (r + 2 * g + b), 16 * (r - b), 8 * (2 * g - r - b)];
    return Int16Array.from({ length: 3 * W * H }, (_, i) => sample[i % 3]);
  }
  const S = Math.max(W, H);
  const [canvasPart, facePart] = texture.parts;
  const canvas = grids(canvasPart.transform, canvasPart.values()).map((grid) =>
    enlarge(grid, S, S, div(S - W, 2), div(S - H, 2), W, H),
  );
  const face = facePart.values();
  if (face.some((value) => value !== 0)) {
    const window = grids(facePart.transform, face).map((grid) => enlarge(grid, WINDOW, WINDOW));
    place(canvas, window, /** @type {import("./texture.js").Frame} */ (texture.frame), W, H);
  }
  const T = new Int16Array(3 * W * H);
  for (let plane = 0; plane < 3; plane++) {
    for (let i = 0; i < W * H; i++) T[3 * i + plane] = clamp(canvas[plane][i], -LIMIT, LIMIT);
  }
  return T;
}

/**
 * Takes the colour out of a picture, in place (2.4).
 * @param {Uint8ClampedArray} picture R, G, B, A of each pixel @returns {Uint8ClampedArray} the same
 */
export function neutral(picture) {
  for (let i = 0; i < picture.length; i += 4) {
    picture.fill((picture[i] + 2 * picture[i + 1] + picture[i + 2] + 2) >> 2, i, i + 3);
  }
  return picture;
}

/**
 * T as a picture (7.7).
 * @param {Int16Array} T @returns {Uint8ClampedArray} R, G, B, 255 of each pixel
 */
export function preview(T) {
  const picture = new Uint8ClampedArray((T.length / 3) * 4);
  for (let i = 0, o = 0; i < T.length; i += 3, o += 4) {
    const [Y, Co, Cg] = [T[i], T[i + 1], T[i + 2]];
    picture[o] = (2 * Y - Cg + Co + 16) >> 5;
    picture[o + 1] = (2 * Y + Cg + 16) >> 5;
    picture[o + 2] = (2 * Y - Cg - Co + 16) >> 5;
    picture[o + 3] = 255;
  }
  return picture;
}
