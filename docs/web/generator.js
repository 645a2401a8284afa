/** Runs generators by onnxruntime-web: by WebGPU where there is an adapter, else by WASM. @module */

import { get, getBytes } from "./fetching.js";
import { CONTRACTS, VcmError, pictureOf } from "./vcm/index.js";
import { sha256 } from "./vcm/sha256.js";

/** @typedef {{run: (scene: import("./vcm/decode.js").Scene, realism: number) => Promise<Uint8ClampedArray>, by: string}} Generator */

async function adapter() {
  try {
    return await /** @type {any} */ (navigator).gpu?.requestAdapter();
  } catch {
    return null;
  }
}

/** onnxruntime-web, and what it runs on. */
async function load() {
  const gpu = !!(await adapter());
  const name = gpu ? "./ort/ort.webgpu.min.mjs" : "./ort/ort.wasm.min.mjs";
  const ort = await import(name);
  ort.env.wasm.wasmPaths = new URL("./ort/", import.meta.url).href;
  // More than one thread needs a page that is isolated, which `vcm serve` makes of it.
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency ?? 1, 4) : 1;
  return { ort, provider: gpu ? "webgpu" : "wasm" };
}

let runtime = /** @type {ReturnType<typeof load> | null} */ (null);
/** @type {Map<number, Promise<Generator>>} */
const generators = new Map();

/** @param {number} model @returns {Promise<Generator>} */
async function make(model) {
  const { files } = await (await get("models/models.json")).json();
  const entry = files.find((/** @type {any} */ file) => file.generator === model);
  if (!entry) throw new VcmError("missing", `generator ${model} is not here`);
  const contract = CONTRACTS[entry.contract];
  if (!contract) throw new VcmError("missing", `generator ${model} needs contract ${entry.contract}`);
  runtime ??= load();
  const [bytes, { ort, provider }] = await Promise.all([getBytes(`models/${entry.file}`), runtime]);
  if ((await sha256(bytes)) !== entry.sha256) throw new VcmError("missing", `${entry.file} is another file`);
  const session = await ort.InferenceSession.create(bytes, { executionProviders: [provider] });
  return {
    by: provider,
    async run(scene, realism) {
      const feeds = Object.entries(contract(scene, realism)).map(([name, { dims, data }]) => {
        return [name, new ort.Tensor("float32", data, dims)];
      });
      const { y } = await session.run(Object.fromEntries(feeds));
      return pictureOf({ dims: y.dims, data: await y.getData() }, scene.W, scene.H);
    },
  };
}

/** The generator of that id. @param {number} model @returns {Promise<Generator>} */
export function generator(model) {
  let made = generators.get(model);
  if (!made) {
    made = make(model);
    generators.set(model, made);
    made.catch(() => generators.delete(model));
  }
  return made;
}
