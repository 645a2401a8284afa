/** What can go wrong with a file (FORMAT.md, section 8). @module */

/** @typedef {"invalid" | "truncated" | "unsupported" | "limit" | "missing"} Cause */

/** One error for all causes, so that a caller needs one `catch`. */
export class VcmError extends Error {
  /**
   * @param {Cause} cause what kind of failure this is
   * @param {string} message one line for people
   * @param {{layer?: number, byte?: number}} [where] layer from 0, byte of the file
   */
  constructor(cause, message, where = {}) {
    const place = [];
    if (where.layer !== undefined) place.push(`layer ${where.layer}`);
    if (where.byte !== undefined) place.push(`byte ${where.byte}`);
    super(place.length ? `${message} (${place.join(", ")})` : message);
    this.name = "VcmError";
    /** @type {Cause} */
    this.cause = cause;
    this.where = where;
  }
}

/** @param {string} message @returns {never} */
export function invalid(message) {
  throw new VcmError("invalid", message);
}

/** @param {string} message @returns {never} */
export function unsupported(message) {
  throw new VcmError("unsupported", message);
}

/** @param {string} message @returns {never} */
export function above(message) {
  throw new VcmError("limit", message);
}

/** The limits of section 8; a caller may pass lower ones. */
export const LIMITS = Object.freeze({
  pixels: 67108864,
  side: 1024,
  bytes: 1048576,
  layers: 64,
  payload: 65536,
  ops: 4096,
  symbols: 16384,
  steps: 262144,
  colours: 2048,
});

/** @typedef {typeof LIMITS} Limits */
