/** The best WebP that this browser makes of a picture in so many bytes. @module */

const SHRINK = [1, 1.5, 2, 3, 4, 6, 8, 12, 16];

/** @param {CanvasImageSource} source @param {number} width @param {number} height */
function scaled(source, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  brush.imageSmoothingQuality = "high";
  brush.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * The picture's own chunk of a WebP file alone: browsers add a colour profile, which would be most of so small a file.
 * @param {Blob} blob
 */
async function bare(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const name = (/** @type {number} */ at) => String.fromCharCode(...bytes.subarray(at, at + 4));
  for (let at = 12; at + 8 <= bytes.length; at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) & 1)) {
    if (name(at) !== "VP8 ") continue;
    const size = view.getUint32(at + 4, true);
    const chunk = bytes.slice(at, at + 8 + size + (size & 1));
    const head = new DataView(new ArrayBuffer(12));
    [..."RIFF"].forEach((letter, i) => head.setUint8(i, letter.charCodeAt(0)));
    head.setUint32(4, 4 + chunk.length, true);
    [..."WEBP"].forEach((letter, i) => head.setUint8(8 + i, letter.charCodeAt(0)));
    return new Blob([head, chunk], { type: "image/webp" });
  }
  return blob;
}

/** @param {HTMLCanvasElement} canvas @param {number} quality @returns {Promise<Blob | null>} */
async function coded(canvas, quality) {
  const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ done) => {
    canvas.toBlob(done, "image/webp", quality);
  });
  return blob?.type === "image/webp" ? bare(blob) : null; // a browser without WebP gives PNG
}

/** @param {HTMLCanvasElement} canvas */
const pixels = (canvas) =>
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(0, 0, canvas.width, canvas.height).data;

/** Largest quality that fits; not above .9, which is enough here. @param {HTMLCanvasElement} canvas @param {number} budget */
async function largest(canvas, budget) {
  let best = null;
  let [low, high] = [0, 0.9];
  for (let i = 0; i < 6; i++) {
    const middle = i === 0 ? low : (low + high) / 2;
    const blob = await coded(canvas, middle);
    if (!blob) return null;
    if (blob.size <= budget) {
      best = blob;
      low = middle;
    } else if (i === 0) {
      return null;
    } else {
      high = middle;
    }
  }
  return best;
}

/**
 * Tries sizes down to a sixteenth, since WebP alone does not get that small; the one nearest to the original wins.
 * @param {HTMLCanvasElement} original @param {number} budget bytes
 * @returns {Promise<{canvas: HTMLCanvasElement, bytes: number, shrink: number} | null>} null where nothing fits
 */
export async function bestWebP(original, budget) {
  const { width, height } = original;
  const wanted = pixels(original);
  let best = null;
  let least = Infinity;
  for (const shrink of SHRINK) {
    const blob = await largest(scaled(original, width / shrink, height / shrink), budget);
    if (!blob) continue;
    const canvas = scaled(await createImageBitmap(blob), width, height);
    const found = pixels(canvas);
    let error = 0;
    for (let i = 0; i < wanted.length; i++) error += (wanted[i] - found[i]) ** 2;
    if (error < least) [least, best] = [error, { canvas, bytes: blob.size, shrink }];
  }
  return best;
}
