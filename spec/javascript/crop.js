/** The crop layer: where the picture lay in a larger one (FORMAT.md, section 11). @module */

import { Reader } from "./container.js";
import { invalid, unsupported } from "./failures.js";

/**
 * @typedef {object} Crop
 * @property {number} width of the larger picture, in pixels
 * @property {number} height of the larger picture
 * @property {number} x of the crop's upper left corner
 * @property {number} y of the crop's upper left corner
 * @property {number} across the crop's width; 0: that of the file's picture
 * @property {number} turn 256ths of a full turn, clockwise
 */

/**
 * @param {Uint8Array} payload
 * @returns {Crop}
 */
export function readCrop(payload) {
  const reader = new Reader(payload);
  const profile = reader.byte();
  if (profile > 3) unsupported("a bit of the profile is set that means nothing yet");
  const within = (/** @type {number} */ value, /** @type {number} */ least) => {
    if (value < least || value > 65535) invalid(`a crop with a number of ${value}`);
    return value;
  };
  const signed = () => {
    const value = reader.varint();
    return within(Math.abs(value % 2 ? -(value + 1) / 2 : value / 2), 0) * (value % 2 ? -1 : 1);
  };
  const width = within(reader.varint(), 16);
  const height = within(reader.varint(), 16);
  const x = signed();
  const y = signed();
  const across = profile & 1 ? within(reader.varint(), 1) : 0;
  const turn = profile & 2 ? within(reader.byte(), 1) : 0;
  if (reader.rest().length) invalid("bytes behind a crop");
  return { width, height, x, y, across, turn };
}
