/** Grain (FORMAT.md, section 9). @module */

/** A whole number next to v, ties to even. @param {number} v */
function nearest(v) {
  const low = Math.floor(v);
  const over = v - low;
  if (over !== 0.5) return over < 0.5 ? low : low + 1;
  return low % 2 ? low + 1 : low;
}

/**
 * Adds grain in place.
 * @param {Uint8ClampedArray} picture R, G, B, A of each pixel @param {number} width of the picture
 * @param {number} realism 0..1
 */
export function addGrain(picture, width, realism) {
  const s = nearest(256 * realism);
  if (s === 0) return;
  for (let i = 0, x = 0, y = 0; i < picture.length; i += 4) {
    let h = Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 1, 0x85ebca77);
    for (let twice = 0; twice < 2; twice++) {
      h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
      h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
      h ^= h >>> 16;
    }
    const n = (h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - 510;
    const m = Math.floor((picture[i] + picture[i + 1] + picture[i + 2]) / 3);
    const w = Math.min(m, 255 - m, 60);
    const add = Math.floor((n * w * 11 * s + 8388608) / 16777216);
    picture[i] += add;
    picture[i + 1] += add;
    picture[i + 2] += add;
    if (++x === width) {
      x = 0;
      y++;
    }
  }
}
