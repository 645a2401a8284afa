/** A file as a QR code. @module */

import * as lean from "./qr/index.mjs";

const { generate, mode } = /** @type {any} */ (lean);

/** The most bytes that any code holds. */
export const MOST = 2953;

/**
 * Draws the bytes of a file into a canvas, one pixel a module and a margin of 4.
 * @param {Uint8Array} bytes @param {HTMLCanvasElement} canvas
 * @returns {number | null} the code's version, 1..40; null where it does not fit
 */
export function drawQr(bytes, canvas) {
  if (bytes.length > MOST) return null;
  const code = generate(mode.bytes(bytes));
  code.toCanvas(canvas, { on: [0, 0, 0, 255], off: [255, 255, 255, 255], padX: 4, padY: 4 });
  return (code.size - 17) / 4;
}
