/** The page: files in, pictures out. @module */

import { Editor } from "./editor.js";
import { drawQr } from "./qr.js";
import { Remote, newest } from "./remote.js";
import { canEncode, encode } from "./server.js";
import { FEATURE, without } from "./vcm/container.js";
import { bestWebP } from "./webp.js";

/** @param {string} id @returns {any} */
const $ = (id) => document.getElementById(id);
const remote = new Remote(new URL("./worker.js", import.meta.url));
const painter = new Remote(new URL("./painter.js", import.meta.url));

/** The open file. */
const file = {
  name: "face",
  bytes: new Uint8Array(),
  header: { model: 0, width: 1, height: 1 },
  head: 0, // bytes of the header
  /** @type {{kind: number, name: string, known: boolean, start: number, end: number}[]} */
  layers: [],
  cut: 0, // how many layers the slider leaves
  /** @type {boolean[]} */
  on: [],
  /** @type {HTMLCanvasElement | null} */
  original: null,
  edited: false,
};

/** @param {string} text @param {boolean} [error] */
function say(text, error = false) {
  $("status").textContent = text;
  $("status").classList.toggle("error", error);
}

/** Runs something whose errors go to the status line. @param {() => Promise<void>} task */
async function guarded(task) {
  try {
    await task();
  } catch (error) {
    const { message, cause } = /** @type {any} */ (error);
    say(cause ? `${cause}: ${message}` : message, true);
  }
}

/** @param {string} id @param {Uint8ClampedArray} pixels @param {number} width @param {number} height */
function paint(id, pixels, width, height) {
  const canvas = $(id);
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").putImageData(new ImageData(/** @type {any} */ (pixels), width, height), 0, 0);
}

/** Whether a layer is left out of the file itself: a feature that is off, as it says who somebody is. @param {number} i */
const dropped = (i) => file.layers[i].kind === FEATURE && !file.on[i];

/** How many of the first layers are not dropped. @param {number} count */
const kept = (count) => file.layers.slice(0, count).filter((_, i) => !dropped(i)).length;

/** The file as far as the slider leaves it, without dropped layers. */
const cutBytes = () => without(file.bytes.slice(0, file.layers[file.cut - 1].end), (_, i) => dropped(i));

/** Bytes of a layer. @param {number} i */
const sizeOf = (i) => file.layers[i].end - (i ? file.layers[i - 1].end : file.head);

/** Where each layer ends once the dropped ones are gone. */
function ends() {
  let gone = 0;
  return file.layers.map(({ end }, i) => {
    if (dropped(i)) gone += sizeOf(i);
    return end - gone;
  });
}

/** The least number of layers that leaves one which is not dropped; 0 where there is none. */
const least = () => file.layers.findIndex((_, i) => !dropped(i)) + 1;

/** Sets the slider to the file as it is, dropped layers left out. */
function fitSlider() {
  file.cut = Math.max(file.cut, least());
  const all = ends();
  Object.assign($("bytes"), { min: all[least() - 1], max: all[all.length - 1], value: all[file.cut - 1] });
}

/** Which layers are looked into: those behind one of their kind that is off, or without what they need, are not. */
function used() {
  /** @type {Set<string>} */
  const off = new Set();
  return file.layers.map(({ name, known }, i) => {
    const needs = { colours: ["edges", "colours"], detail: ["texture", "detail"], feature: [] }[name] ?? [name];
    const use = known && i < file.cut && file.on[i] && !needs.some((need) => off.has(need));
    if (!use) off.add(name);
    return use;
  });
}

const updatePicture = newest(async () => {
  const begin = performance.now();
  const { header } = file;
  $("picture").classList.add("old");
  try {
    const { pixels, by } = await painter.call("paint", header, await remote.call("shown"), Number($("realism").value));
    paint("picture", pixels, header.width, header.height);
    $("picture-note").textContent = `${by}, ${Math.round(performance.now() - begin)} ms`;
  } catch (error) {
    const { cause, message } = /** @type {any} */ (error);
    $("picture").width = $("picture").width; // empties it
    $("picture-note").textContent = `${cause}: ${message}`;
  }
  $("picture").classList.remove("old");
});

const updateWebP = newest(async () => {
  const note = $("webp-note");
  if (!file.original) {
    $("webp").width = $("webp").width;
    note.textContent = "needs the original: drop a picture, or take a sample";
    return;
  }
  const budget = cutBytes().length;
  const found = await bestWebP(file.original, budget);
  if (!found) {
    $("webp").width = $("webp").width;
    note.textContent = `none in ${budget} bytes`;
    return;
  }
  $("webp").width = found.canvas.width;
  $("webp").height = found.canvas.height;
  $("webp").getContext("2d").drawImage(found.canvas, 0, 0);
  note.textContent = `${found.bytes} of ${budget} bytes, shrunk ${found.shrink} to 1`;
});

/** @param {any} scene @param {number} ms @param {boolean} [same] */
function showScene(scene, ms, same = false) {
  const { W, H, E, ops, colours, preview } = scene;
  if (preview) paint("preview", preview, W, H);
  else $("preview").width = $("preview").width;
  $("preview-note").textContent = preview ? `${Math.round(ms)} ms, no network` : "no texture";
  const ink = new Uint8ClampedArray(4 * W * H).fill(255);
  E.forEach((/** @type {number} */ on, /** @type {number} */ i) => on && ink.fill(0, 4 * i, 4 * i + 3));
  paint("strokes", ink, W, H);
  const strokes = ops.filter((/** @type {any} */ op) => op[0] === "M").length;
  $("strokes-view").hidden = !strokes;
  $("strokes-note").textContent = strokes ? `${strokes}, ${colours} colours; click one, drag its points` : "none";
  if (!same) editor.show(scene);
}

const updateScene = newest(async () => {
  const use = used();
  document.querySelectorAll("#layers label").forEach((label, i) => label.classList.toggle("off", !use[i]));
  const bytes = cutBytes();
  const all = file.layers.length;
  const whole = file.bytes.length - file.layers[all - 1].end + ends()[all - 1];
  $("bytes-out").textContent = `${bytes.length} of ${whole}, ${kept(file.cut)} of ${kept(all)} layers`;
  const version = drawQr(bytes, $("qr"));
  $("qr-note").textContent = version ? `version ${version}, ${bytes.length} bytes` : "too large";
  $("save-qr").disabled = !version;
  const begin = performance.now();
  const scene = await remote.call("scene", use);
  file.edited = false;
  $("undo").disabled = true;
  showScene(scene, performance.now() - begin);
  updatePicture().then(() => updateWebP()); // which is in no hurry
});

const updateEdit = newest(async (/** @type {any} */ ops, /** @type {boolean} */ done) => {
  await guarded(async () => {
    const begin = performance.now();
    showScene(await remote.call("edit", ops), performance.now() - begin, true);
    file.edited = true;
    $("undo").disabled = false;
    if (done) say("Edited. The saved .vcm stays as it was; the picture follows.");
    updatePicture();
  });
});

const editor = new Editor($("editor"), (ops, done) => updateEdit(structuredClone(ops), done));

/** @param {Uint8Array} bytes @param {string} name @param {HTMLCanvasElement | null} original */
async function open(bytes, name, original) {
  const begin = performance.now();
  const { model, grey, width, height, head, layers, broken, crop } = await remote.call("open", bytes);
  if (original && crop) original = cropped(original, crop, width, height);
  const header = { model, grey, width, height };
  if (model) painter.call("ready", model).catch(() => {}); // what is wrong with it is said when it paints
  Object.assign(file, { bytes, name, header, head, original, layers, cut: layers.length, on: layers.map(() => true) });
  if (original) paintCanvas("original", original);
  $("original-view").hidden = !original;
  fitSlider();
  $("layers").replaceChildren(
    $("layers").firstElementChild,
    ...layers.map((/** @type {any} */ layer, /** @type {number} */ i) => {
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: true });
      box.disabled = !layer.known;
      box.addEventListener("change", () => {
        file.on[i] = box.checked;
        guarded(async () => {
          if (!least()) {
            file.on[i] = box.checked = true;
            throw new Error("no layer would be left: this one stays");
          }
          $("save-qr").disabled = true; // until the code is drawn again: it may hold what is off now
          fitSlider();
          await updateScene();
        });
      });
      const feature = layer.kind === FEATURE;
      if (feature) label.title = "Off, it is left out of the saved .vcm and the QR code";
      label.append(box, ` ${layer.name}${feature ? " (biometric data)" : ""}, ${sizeOf(i)} bytes`);
      return label;
    }),
  );
  for (const id of ["controls", "views", "downloads"]) $(id).hidden = false;
  await updateScene();
  const what = model ? `generator ${model}` : "no generator";
  const warning = broken ? ` It breaks off: ${broken}.` : "";
  const ms = Math.round(performance.now() - begin);
  say(`${name}: ${bytes.length} bytes, ${width} x ${height}, ${what}; preview in ${ms} ms.${warning}`);
}

/**
 * What of a photograph the file holds.
 * @param {HTMLCanvasElement} photograph @param {import("./vcm/crop.js").Crop} crop
 * @param {number} width of the file's picture @param {number} height of the file's picture
 */
function cropped(photograph, { x, y, across, turn }, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const wide = across || width;
  const high = Math.max(1, Math.round((height * wide) / width));
  brush.imageSmoothingQuality = "high";
  brush.translate(width / 2, height / 2);
  brush.scale(width / wide, height / high);
  brush.rotate((-2 * Math.PI * turn) / 256);
  brush.drawImage(photograph, -(x + wide / 2), -(y + high / 2));
  return canvas;
}

/** @param {string} id @param {HTMLCanvasElement} canvas */
function paintCanvas(id, canvas) {
  $(id).width = canvas.width;
  $(id).height = canvas.height;
  $(id).getContext("2d").drawImage(canvas, 0, 0);
}

/** @param {Blob} blob */
async function toCanvas(blob) {
  const bitmap = await createImageBitmap(blob);
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(bitmap, 0, 0);
  return canvas;
}

let serving = false;

/** @param {File} dropped */
async function take(dropped) {
  const name = dropped.name.replace(/\.[^.]*$/, "") || "face";
  const head = new Uint8Array(await dropped.slice(0, 2).arrayBuffer());
  if (head[0] === 0xfa && head[1] === 0xce) {
    return open(new Uint8Array(await dropped.arrayBuffer()), name, null);
  }
  if (!dropped.type.startsWith("image/")) throw new Error("neither a .vcm file nor a picture");
  if (!serving) throw new Error("pictures are encoded by `vcm serve`, which this page did not come from");
  say("encoding…");
  const bytes = await encode(dropped, { preset: $("preset").value, scheme: $("scheme").value });
  return open(bytes, name, await toCanvas(dropped));
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
const png = (canvas) => new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no PNG")))));

/** A QR code large enough to be read from paper. */
function largeQr() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 8 * $("qr").width;
  const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  brush.imageSmoothingEnabled = false;
  brush.drawImage($("qr"), 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function start() {
  $("pick").addEventListener("change", () => guarded(() => take($("pick").files[0])));
  $("bytes").addEventListener("input", () => {
    const value = Number($("bytes").value);
    file.cut = Math.max(least(), ends().filter((end) => end <= value).length);
    guarded(updateScene);
  });
  $("realism").addEventListener("input", () => {
    $("realism-out").textContent = $("realism").value;
    updatePicture();
  });
  $("undo").addEventListener("click", () => guarded(updateScene));
  $("save-vcm").addEventListener("click", () => save(new Blob([cutBytes()], { type: "image/x-vcm" }), `${file.name}.vcm`));
  $("save-png").addEventListener("click", async () => save(await png($("picture")), `${file.name}.png`));
  $("save-qr").addEventListener("click", async () => save(await png(largeQr()), `${file.name}-qr.png`));
  addEventListener("dragover", (event) => {
    event.preventDefault();
    $("drop").hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) $("drop").hidden = true;
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    $("drop").hidden = true;
    const [dropped] = event.dataTransfer?.files ?? [];
    if (dropped) guarded(() => take(dropped));
  });
  const samples = await fetch("samples/samples.json").then((answer) => (answer.ok ? answer.json() : [])).catch(() => []);
  for (const { name, file: path, original } of samples) {
    const button = document.createElement("button");
    button.textContent = name;
    button.addEventListener("click", () =>
      guarded(async () => {
        const [bytes, picture] = await Promise.all([
          fetch(`samples/${path}`).then((answer) => answer.arrayBuffer()),
          fetch(`samples/${original}`).then((answer) => answer.blob()),
        ]);
        await open(new Uint8Array(bytes), name, await toCanvas(picture));
      }),
    );
    $("samples").append(button, " ");
  }
  serving = await canEncode();
  $("encode").hidden = !serving;
}

guarded(start);
