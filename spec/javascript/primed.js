/** Coding 1: symbols by PPM with a primer (FORMAT.md, section 3.1). @module */

import { invalid } from "./failures.js";
import { Ppmd, RangeDecoder, RangeEncoder } from "./ppmd.js";

const ORDER = 3;
const MEMORY = 1048576;

/**
 * @typedef {object} Primer
 * @property {Uint8Array} symbols
 * @property {Uint8Array} P what the encoder puts out for them
 */

/** @param {Uint8Array} symbols @returns {Primer} */
export function prime(symbols) {
  const model = new Ppmd(ORDER, MEMORY);
  const encoder = new RangeEncoder();
  for (const symbol of symbols) model.step(encoder, symbol);
  return { symbols, P: Uint8Array.from(encoder.out) };
}

/**
 * @param {Uint8Array} coded a payload's coded part, Q @param {number} n how many symbols follow the primer
 * @param {Primer} primer
 */
export function readPrimed(coded, n, primer) {
  if (n === 0) {
    if (coded.length) invalid("damaged: bytes that code nothing");
    return new Uint8Array(0);
  }
  const bytes = new Uint8Array(primer.P.length + coded.length);
  bytes.set(primer.P);
  bytes.set(coded, primer.P.length);
  const decoder = new RangeDecoder(bytes);
  if (!decoder.good) invalid("damaged: the symbols do not decode");
  const model = new Ppmd(ORDER, MEMORY);
  for (const symbol of primer.symbols) {
    if (model.step(decoder, -1) !== symbol) invalid("damaged: the primer does not come out");
  }
  const symbols = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const symbol = model.step(decoder, -1);
    if (symbol < 0) invalid("damaged: the symbols do not decode");
    symbols[i] = symbol;
  }
  return symbols;
}
