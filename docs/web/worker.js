/** Decodes files, off the page's own thread. @module */

import { getBytes } from "./fetching.js";
import { answer } from "./remote.js";
import { FEATURE, Models, decodeScene, neutral, preview, readContainer, redrawn } from "./vcm/index.js";

const models = new Models((name) => getBytes(`models/${name}`));
/** @type {import("./vcm/container.js").Container} */
let container;
/** The file's own scene, and the one that is shown, which may have been edited. */
/** @type {import("./vcm/decode.js").Scene} */
let read;
/** @type {import("./vcm/decode.js").Scene} */
let scene;

/** The page shows pictures alone, and has no tables of features. @type {import("./vcm/decode.js").Use} */
const pictured = ({ kind }) => kind !== FEATURE;

/** What the page shows of the scene. */
function summary() {
  const { W, H, E, T, drawing, dots } = scene;
  const shown = T && preview(T);
  if (shown && container.grey) neutral(shown);
  return { W, H, E, ops: drawing?.ops ?? [], step: drawing?.step ?? 1, colours: dots.length, preview: shown };
}

const calls = {
  /** Header and layers of a file, which becomes the open one. @param {Uint8Array} bytes */
  async open(bytes) {
    const found = readContainer(bytes, { partial: true });
    await models.prepare(found, { use: pictured });
    const { crop } = decodeScene(found, models, { use: pictured }); // a file with a fault in any of these layers is no file
    container = found;
    const { model, grey, width, height, head, layers, broken } = container;
    return {
      model,
      grey,
      width,
      height,
      head,
      layers: layers.map(({ kind, name, known, start, end }) => ({ kind, name, known, start, end })),
      broken: broken?.message ?? null,
      crop,
    };
  },

  /** The scene of some of its layers. @param {boolean[]} use */
  async scene(use) {
    read = decodeScene(container, models, { use: (layer, index) => pictured(layer, index) && use[index] });
    scene = read;
    return summary();
  },

  /** The same with strokes that were moved. @param {import("./vcm/ops.js").Op[]} ops */
  async edit(ops) {
    scene = redrawn(read, ops);
    return summary();
  },

  /** All of the scene that is shown. */
  async shown() {
    return scene;
  },
};

answer(calls);
