/**
 * Makes pictures of scenes, on a thread of its own: a generator takes a second or more, and strokes and previews do not
 * wait for it.
 *
 * @module
 */

import { generator } from "./generator.js";
import { answer } from "./remote.js";
import { VcmError, addGrain, neutral, preview } from "./vcm/index.js";

/**
 * A canvas enlarged to the picture's size.
 * @param {Uint8ClampedArray} pixels @param {number} W @param {number} H @param {number} width @param {number} height
 */
function sized(pixels, W, H, width, height) {
  if (W === width && H === height) return pixels;
  const small = new OffscreenCanvas(W, H);
  const brush = /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d"));
  brush.putImageData(new ImageData(/** @type {any} */ (pixels), W, H), 0, 0);
  const large = new OffscreenCanvas(width, height);
  const other = /** @type {OffscreenCanvasRenderingContext2D} */ (large.getContext("2d", { willReadFrequently: true }));
  other.imageSmoothingQuality = "high";
  other.drawImage(small, 0, 0, width, height);
  return other.getImageData(0, 0, width, height).data;
}

answer({
  /** Loads a generator. @param {number} model */
  async ready(model) {
    await generator(model);
  },

  /**
   * @param {{model: number, grey: boolean, width: number, height: number}} header
   * @param {import("./vcm/decode.js").Scene} scene @param {number} realism
   */
  async paint({ model, grey, width, height }, scene, realism) {
    let by = "texture";
    /** @type {Uint8ClampedArray} */
    let canvas;
    if (model === 0) {
      if (!scene.T) throw new VcmError("invalid", "neither a generator nor texture");
      canvas = preview(scene.T);
    } else {
      const made = await generator(model);
      canvas = await made.run(scene, realism);
      by = `generator ${model}, ${made.by}`;
    }
    if (grey) neutral(canvas);
    const pixels = sized(canvas, scene.W, scene.H, width, height);
    if (!scene.plain) addGrain(pixels, width, realism);
    return { pixels, by };
  },
});
