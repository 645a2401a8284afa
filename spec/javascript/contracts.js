/**
 * What generators see of a scene, by number of their input contract, and the picture that they answer with (FORMAT.md,
 * section 9). The networks themselves are run by somebody else.
 *
 * @module
 */

import { preview } from "./synthesis.js";

/** @typedef {{dims: number[], data: Float32Array}} Tensor */

/** @typedef {(scene: import("./decode.js").Scene, realism: number) => Record<string, Tensor>} Contract */

const UNIT = 32;
const LATTICE = 32;

/** Canvas sides rounded up to multiples of 32. @param {number} side */
export const padded = (side) => Math.ceil(side / UNIT) * UNIT;

/** @param {number} v 0..255 */
const scaled = (v) => Math.fround(v / 127.5) - 1;

/**
 * E, M and C in the first five planes.
 * @param {import("./decode.js").Scene} scene @param {Uint8Array} M @param {ArrayLike<number>} C @param {number} planes
 */
function planesOf({ W, H, E }, M, C, planes) {
  const [width, height] = [padded(W), padded(H)];
  const data = new Float32Array(planes * width * height);
  for (let j = 0; j < H; j++) {
    for (let i = 0; i < W; i++) {
      const [from, to] = [j * W + i, j * width + i];
      data[to] = E[from];
      if (!M[from]) continue;
      data[width * height + to] = 1;
      for (let k = 0; k < 3; k++) data[(2 + k) * width * height + to] = scaled(C[3 * from + k]);
    }
  }
  return { dims: [1, planes, height, width], data };
}

/** Contract 2: a texture's colours stand on a lattice where there is no reference pixel. @type {Contract} */
function strokesAndColours(scene, realism) {
  const { W, H, T } = scene;
  const [M, C] = [scene.M.slice(), scene.C.slice()];
  if (T) {
    const shown = preview(T);
    const g = Math.max(1, Math.floor(Math.max(W, H) / LATTICE));
    for (let y = g >> 1; y < H; y += g) {
      for (let x = g >> 1; x < W; x += g) {
        const at = y * W + x;
        if (M[at]) continue;
        M[at] = 1;
        C.set(shown.subarray(4 * at, 4 * at + 3), 3 * at);
      }
    }
  }
  return { x: planesOf(scene, M, C, 5), realism: { dims: [1, 1], data: Float32Array.of(realism) } };
}

/** Contract 3: T has planes of its own, and `known` says what there is. @type {Contract} */
function withTexture(scene, realism) {
  const { W, H, T, M, C, drawing, dots, coarseness } = scene;
  const x = planesOf(scene, M, C, 8);
  if (T) {
    const shown = preview(T);
    const [, , height, width] = x.dims;
    for (let j = 0; j < H; j++) {
      for (let i = 0; i < W; i++) {
        for (let k = 0; k < 3; k++) {
          x.data[(5 + k) * width * height + j * width + i] = scaled(shown[4 * (j * W + i) + k]);
        }
      }
    }
  }
  const known = [drawing ? 1 : 0, dots.length ? 1 : 0, T ? 1 : 0, coarseness / 4];
  return {
    x,
    realism: { dims: [1, 1], data: Float32Array.of(realism) },
    known: { dims: [1, 4], data: Float32Array.from(known) },
  };
}

/** @type {Readonly<Record<number, Contract>>} */
export const CONTRACTS = Object.freeze({ 2: strokesAndColours, 3: withTexture });

/**
 * The canvas of an answer `y`, (1, 3, H', W') in -1..1, as R, G, B, 255 of each pixel.
 * @param {Tensor} y @param {number} W @param {number} H
 */
export function pictureOf({ dims, data }, W, H) {
  const [, , height, width] = dims;
  const picture = new Uint8ClampedArray(4 * W * H).fill(255);
  for (let j = 0; j < H; j++) {
    for (let i = 0; i < W; i++) {
      // An array of this kind rounds ties to even, and clamps.
      for (let k = 0; k < 3; k++) {
        picture[4 * (j * W + i) + k] = Math.fround(Math.fround(data[k * width * height + j * width + i] + 1) * 127.5);
      }
    }
  }
  return picture;
}
