/** Coding 2: yes-or-no decisions and even choices, by a range coder (FORMAT.md, section 3.2). @module */

import { invalid } from "./failures.js";

const KNOTS = [22, 60, 162, 439, 1179, 3108, 7812, 17625, 32768, 47911, 57724, 62428, 64357, 65097, 65374, 65476, 65514];

/** Probability of a 1, in 1 / 65536, for each s = weight + 128. */
const PROBABILITY = Uint32Array.from({ length: 257 }, (_, s) => {
  const i = s >> 4;
  return i === 16 ? KNOTS[16] : KNOTS[i] + (((KNOTS[i + 1] - KNOTS[i]) * (s % 16) + 8) >> 4);
});

/** An element of the syntax: where its weights lie. */
export class Element {
  /** @param {Int8Array} weights @param {number} base @param {number} nodes @param {number[]} contexts */
  constructor(weights, base, nodes, contexts) {
    this.weights = weights;
    this.nodes = nodes;
    /** @type {number[]} */
    this.bases = [];
    this.values = contexts;
    for (const values of contexts) {
      this.bases.push(base);
      base += values * nodes;
    }
    this.end = base;
    /** Where the weights of node 0 lie, for each context as it is now. */
    this.now = new Int32Array(contexts.length);
  }

  /** States the values of the contexts. @param {...number} values */
  under(...values) {
    for (let k = 0; k < this.now.length; k++) this.now[k] = this.bases[k] + values[k] * this.nodes;
    return this;
  }
}

/**
 * The elements of a file of weights, by name.
 * @template {string} Name
 * @param {Uint8Array} bytes the file
 * @param {readonly (readonly [Name, number, number[]])[]} table name, nodes and values of contexts, in the file's order
 * @returns {Record<Name, Element>}
 */
export function elements(bytes, table) {
  const weights = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  /** @type {Record<string, Element>} */
  const found = {};
  let base = 0;
  for (const [name, nodes, contexts] of table) {
    found[name] = new Element(weights, base, nodes, contexts);
    base = found[name].end;
  }
  if (base !== bytes.length) throw new RangeError(`weights of ${bytes.length} bytes, not ${base}`);
  return /** @type {Record<Name, Element>} */ (found);
}

export class Decisions {
  /** @param {Uint8Array} data */
  constructor(data) {
    this.data = data;
    this.at = 4;
    this.range = 4294967295;
    const byte = (/** @type {number} */ i) => (i < data.length ? data[i] : 0);
    this.code = byte(0) * 16777216 + byte(1) * 65536 + byte(2) * 256 + byte(3);
    if (this.code >= this.range) invalid("damaged: no encoder writes these bytes");
  }

  normalise() {
    while (this.range < 16777216) {
      this.range *= 256;
      this.code = this.code * 256 + (this.at < this.data.length ? this.data[this.at] : 0);
      this.at++;
    }
  }

  /** A decision at `node` of an element whose contexts were stated: 0 or 1. @param {Element} element @param {number} node */
  decide(element, node) {
    let s = 128;
    const { weights, now } = element;
    for (let k = 0; k < now.length; k++) s += weights[now[k] + node];
    const p = PROBABILITY[s < 0 ? 0 : s > 256 ? 256 : s];
    const bound = Math.floor((this.range * p) / 65536);
    let bit = 1;
    if (this.code < bound) {
      this.range = bound;
    } else {
      this.code -= bound;
      this.range -= bound;
      bit = 0;
    }
    this.normalise();
    return bit;
  }

  /** One of 0 to n - 1, all as likely. @param {number} n */
  even(n) {
    const share = Math.floor(this.range / n);
    const value = Math.floor(this.code / share);
    if (value >= n) invalid("damaged: no encoder writes these bytes");
    this.code -= share * value;
    this.range = share;
    this.normalise();
    return value;
  }

  /** 0..8191. @param {Element} element */
  unsigned(element) {
    let n = 0;
    while (n < 13 && this.decide(element, n)) n++;
    if (n < 2) return n;
    const second = this.decide(element, 16 + n);
    let value = 2 + second;
    if (n >= 3) value = 2 * value + this.decide(element, 32 + 2 * n + second);
    if (n > 3) value = value * 2 ** (n - 3) + this.even(2 ** (n - 3));
    return value;
  }

  /** -8191..8191. @param {Element} element */
  signed(element) {
    const size = this.unsigned(element);
    return size && this.decide(element, 60) ? -size : size;
  }

  /** A tree of `depth` bits. @param {Element} element @param {number} depth */
  tree(element, depth) {
    let node = 1;
    for (let i = 0; i < depth; i++) node = 2 * node + this.decide(element, node);
    return node - 2 ** depth;
  }

  /** To be called when all is read. */
  finish() {
    const left = this.data.length - this.at;
    if (left > 0) invalid(`damaged: ${left} bytes are left over`);
    if (this.data.length && this.data[this.data.length - 1] === 0) invalid("damaged: the last byte is 0");
  }
}

/** clip of section 4.3. @param {number} v */
export function clip(v) {
  return Math.min(Math.max(v, -15), 15) + 15;
}

