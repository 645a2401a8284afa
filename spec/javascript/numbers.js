/** Integer arithmetic of FORMAT.md, section 1, in doubles: exact while numbers stay below 2^53. @module */

/**
 * a // b, rounded towards minus infinity. Exact for |a| < 2^52 and integers a, b: the quotient of two such numbers
 * lies at least 1 / b from the next integer unless it is one, and that is more than a double's rounding.
 * @param {number} a @param {number} b
 */
export function div(a, b) {
  return Math.floor(a / b);
}

/** ceil(a / b) for b > 0. @param {number} a @param {number} b */
export function ceil(a, b) {
  return -Math.floor(-a / b);
}

/** A number's length in bits, 0 for 0; v from 0 to 2^52. @param {number} v @returns {number} */
export function bits(v) {
  return v < 4294967296 ? 32 - Math.clz32(v) : 32 + bits(Math.floor(v / 4294967296));
}

/** @param {number} v @param {number} low @param {number} high */
export function clamp(v, low, high) {
  return v < low ? low : v > high ? high : v;
}
