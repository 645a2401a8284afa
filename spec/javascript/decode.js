/** From a file to its scene: strokes, E, M, C, T and F. @module */

import { COLOURS, CROP, DETAIL, EDGES, FEATURE, TEXTURE, readContainer } from "./container.js";
import { Colours, planes } from "./colours.js";
import { readCrop } from "./crop.js";
import { Detail } from "./detail.js";
import { draw } from "./drawing.js";
import { readEdges } from "./edges.js";
import { LIMITS, VcmError } from "./failures.js";
import { readFeature } from "./feature.js";
import { synthesise } from "./synthesis.js";
import { Texture } from "./texture.js";

/**
 * @typedef {object} Scene
 * @property {number} W width of the canvas
 * @property {number} H height of the canvas
 * @property {import("./edges.js").Drawing | null} drawing
 * @property {number[][]} dots known colours, each x, y, R, G, B
 * @property {Uint8Array} E (H * W,) 0 or 1
 * @property {Uint8Array} M (H * W,) 0 or 1
 * @property {Uint8Array} C (H * W * 3,) R, G, B
 * @property {Int16Array | null} T (H * W * 3,) Y, Co, Cg in 1/16 level; null without texture
 * @property {import("./texture.js").Frame | null} frame of the face, where there is texture
 * @property {number} coarseness four times the binary logarithm of the step that the texture's first coefficient is known
 *   to; 0 without texture
 * @property {boolean} plain whether the texture is one colour
 * @property {import("./crop.js").Crop | null} crop where the picture lay in a larger one, if the file says so
 * @property {Int32Array | null} F (128,) the face's embedding, in about 1/2^14 of its length; null without a feature
 */

/**
 * Which layers to look into. Colours without edges, and texture behind an unused texture layer, cannot be used.
 * @typedef {(layer: import("./container.js").Layer, index: number) => boolean} Use
 */

/**
 * Decodes the layers of a file whose tables are loaded (see `Models.prepare`).
 * @param {import("./container.js").Container} container
 * @param {import("./models.js").Models} models
 * @param {{limits?: import("./failures.js").Limits, use?: Use}} [options]
 * @returns {Scene}
 * @throws {VcmError}
 */
export function decodeScene(container, models, { limits = LIMITS, use = () => true } = {}) {
  const { W, H, layers } = container;
  /** @type {import("./edges.js").Drawing | null} */
  let drawing = null;
  /** @type {Uint8Array} */
  let E = new Uint8Array(W * H);
  /** @type {Colours | null} */
  let colours = null;
  /** @type {Texture | null} */
  let texture = null;
  /** @type {Detail | null} */
  let detail = null;
  /** @type {import("./crop.js").Crop | null} */
  let crop = null;
  /** @type {Int32Array | null} */
  let F = null;
  layers.forEach((layer, index) => {
    if (!layer.known || !use(layer, index)) return;
    try {
      if (layer.kind === EDGES) {
        drawing = readEdges(layer.payload, W, H, models, limits);
        E = draw(drawing, W, H, limits);
      } else if (layer.kind === COLOURS) {
        if (!drawing) throw new VcmError("invalid", "colours without the strokes that place them");
        colours ??= new Colours(drawing, E, W, H, models, limits);
        colours.read(layer.payload);
      } else if (layer.kind === TEXTURE) {
        texture ??= new Texture(models);
        texture.read(layer.payload);
      } else if (layer.kind === DETAIL) {
        if (!texture) throw new VcmError("invalid", "detail without the texture that it refines");
        detail = new Detail(models, layer.payload);
      } else if (layer.kind === CROP) {
        crop = readCrop(layer.payload);
      } else if (layer.kind === FEATURE) {
        if (F) throw new VcmError("invalid", "a second feature layer");
        F = readFeature(layer.payload, models);
      }
    } catch (error) {
      if (!(error instanceof VcmError) || error.where.layer !== undefined) throw error;
      throw new VcmError(error.cause, error.message.replace(/ \(byte \d+\)$/, ""), {
        layer: index,
        byte: layer.start + (error.where.byte ?? 0),
      });
    }
  });
  const dots = /** @type {Colours | null} */ (colours)?.dots() ?? [];
  const read = /** @type {Texture | null} */ (texture);
  const T = read ? synthesise(read, W, H) : null;
  if (T && read?.frame) /** @type {Detail | null} */ (detail)?.addTo(T, read.frame, W, H);
  return {
    W,
    H,
    drawing,
    dots,
    E,
    ...planes(dots, W, H),
    T,
    frame: read?.frame ?? null,
    coarseness: read?.coarseness() ?? 0,
    plain: !!read?.colour,
    crop,
    F,
  };
}

/**
 * A file's header, layers and scene.
 * @param {Uint8Array} bytes
 * @param {import("./models.js").Models} models
 * @param {{limits?: import("./failures.js").Limits, partial?: boolean, use?: Use}} [options]
 * @throws {VcmError}
 */
export async function decode(bytes, models, options = {}) {
  const container = readContainer(bytes, options);
  await models.prepare(container, options);
  return { container, scene: decodeScene(container, models, options) };
}
