/** Files that lie beside the page. @module */

import { VcmError } from "./vcm/index.js";

/** @param {string} path @returns {Promise<Response>} */
export async function get(path) {
  const answer = await fetch(new URL(path, import.meta.url)).catch(() => null);
  if (!answer?.ok) throw new VcmError("missing", `cannot fetch ${path}`);
  return answer;
}

/** @param {string} path @returns {Promise<Uint8Array>} */
export async function getBytes(path) {
  return new Uint8Array(await (await get(path)).arrayBuffer());
}
