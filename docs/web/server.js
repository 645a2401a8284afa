/** `vcm serve`, where the page came from it: it encodes photographs. @module */

/** @returns {Promise<boolean>} */
export async function canEncode() {
  const answer = await fetch("health").catch(() => null);
  if (!answer?.ok || !answer.headers.get("content-type")?.includes("json")) return false;
  return (await answer.json()).codec === "vcm";
}

/**
 * @param {Blob} picture @param {{preset: string, scheme: string}} options
 * @returns {Promise<Uint8Array>}
 */
export async function encode(picture, options) {
  const answer = await fetch(`encode?${new URLSearchParams(options)}`, { method: "POST", body: picture });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? `the server says ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
