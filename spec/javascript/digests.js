/**
 * Decodes files that come by standard input, each behind its length as be32, and prints for each one line of JSON: what
 * FORMAT.md, section 10, states of vectors, or the cause of failure; and the milliseconds that it took. All models of the
 * folder that is named are loaded beforehand.
 *
 *     node digests.js MODELS < FILES
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

import { CONTRACTS, FILES, Models, VcmError, decodeScene, opsText, readContainer } from "./index.js";

const hash = (/** @type {string | Uint8Array} */ data) => createHash("sha256").update(data).digest("hex");

/** T or F as section 10 writes it. @param {Int16Array | Int32Array} plane */
export function bigEndian(plane) {
  const bytes = Buffer.from(plane.slice().buffer);
  return new Uint8Array(plane.BYTES_PER_ELEMENT === 2 ? bytes.swap16() : bytes.swap32());
}

/** What a network is given, by name. @param {Record<string, import("./contracts.js").Tensor>} tensors */
function inputs(tensors) {
  const entries = Object.entries(tensors).map(([name, { dims, data }]) => {
    return [name, [dims, hash(new Uint8Array(data.buffer))]];
  });
  return Object.fromEntries(entries);
}

/**
 * @param {Uint8Array} bytes @param {Models} models with all that the file needs
 */
export function digests(bytes, models) {
  const container = readContainer(bytes);
  const scene = decodeScene(container, models);
  const { width, height, W, H, model, grey } = container;
  return {
    sizes: [width, height, W, H],
    model,
    grey,
    ops: hash(opsText(scene.drawing?.ops ?? [])),
    E: hash(scene.E),
    M: hash(scene.M),
    C: hash(scene.C),
    T: scene.T && hash(bigEndian(scene.T)),
    inputs: Object.entries(CONTRACTS).map(([number, contract]) => [Number(number), inputs(contract(scene, 0.5))]),
    F: scene.F && hash(bigEndian(scene.F)),
    crop: scene.crop && Object.values(scene.crop),
  };
}

/** @param {string} folder */
async function main(folder) {
  const models = new Models(async (name) => new Uint8Array(readFileSync(`${folder}/${name}`)));
  await Promise.all(Object.keys(FILES).map((name) => models.load(name)));
  const input = readFileSync(0);
  for (let at = 0; at < input.length; ) {
    const end = at + 4 + input.readUInt32BE(at);
    const bytes = new Uint8Array(input.subarray(at + 4, end));
    at = end;
    const begin = performance.now();
    /** @type {object} */
    let found;
    try {
      found = digests(bytes, models);
    } catch (error) {
      // Anything but a failure that the format knows is a fault of the decoder, and ends it.
      if (!(error instanceof VcmError)) throw error;
      found = { cause: error.cause, says: error.message };
    }
    console.log(JSON.stringify({ ...found, ms: performance.now() - begin }));
  }
}

if (process.argv[2]) await main(process.argv[2]);
