/** The basis functions of the texture (FORMAT.md, section 7.2). @module */

/**
 * @typedef {object} Part
 * @property {number} luma side of the grid of Y
 * @property {number} chroma side of the grids of Co and Cg
 * @property {number} count of coefficients
 * @property {number} half samples of the left halves of the three grids
 * @property {Int16Array} mean (half,) in 1/16 level
 * @property {Uint8Array} parity (count,)
 * @property {Uint8Array} energy (count,)
 * @property {Uint16Array} gain (count,)
 * @property {Int8Array} basis (count * half,), rank by rank
 */

/**
 * @param {Uint8Array} bytes of the file
 * @returns {[Part, Part]} canvas and face
 */
export function readTransform(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const part = () => {
    const luma = bytes[at];
    const chroma = bytes[at + 1];
    const count = view.getUint16(at + 2);
    const half = luma * (luma / 2) + chroma * chroma;
    at += 4;
    const mean = Int16Array.from({ length: half }, (_, i) => view.getInt16(at + 2 * i));
    at += 2 * half;
    const parity = Uint8Array.from({ length: count }, (_, k) => bytes[at + 4 * k]);
    const energy = Uint8Array.from({ length: count }, (_, k) => bytes[at + 4 * k + 1]);
    const gain = Uint16Array.from({ length: count }, (_, k) => view.getUint16(at + 4 * k + 2));
    at += 4 * count;
    const basis = new Int8Array(bytes.buffer, bytes.byteOffset + at, half * count);
    at += half * count;
    return { luma, chroma, count, half, mean, parity, energy, gain, basis };
  };
  /** @type {[Part, Part]} */
  const parts = [part(), part()];
  if (at !== bytes.length) throw new RangeError(`a transform of ${bytes.length} bytes, not ${at}`);
  return parts;
}
