/**
 * The page, driven as a person would. `make web-test` says where things are: WEB the page, NATIVE pictures that
 * `vcm decode` made of its samples, VCM the command, NPM packages, SHOTS where screenshots go.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { browser, need, processorSeconds, serve } from "./browser.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const { WEB, NATIVE, VCM, SHOTS } = /** @type {Record<string, string>} */ (process.env);
const { vectors } = JSON.parse(readFileSync(`${ROOT}spec/vectors/vectors.json`, "utf8"));

/** @type {any} */
let chromium;
/** @type {any} */
let page;
/** @type {{url: string, close: () => void}} */
let server;
/** @type {string[]} */
const faults = [];

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  server = await serve({ "": WEB, native: NATIVE, spec: `${ROOT}spec` });
  chromium = await browser();
  page = await chromium.newPage({ viewport: { width: 1180, height: 1100 } });
  page.on("pageerror", (/** @type {Error} */ error) => faults.push(String(error)));
  await page.goto(server.url);
  // What a canvas holds, as an array.
  await page.addScriptTag({
    content: `window.pixels = (id) => {
      const canvas = document.getElementById(id);
      const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return { data: Array.from(data), width, height };
    }`,
  });
});

after(async () => {
  await chromium?.close();
  server?.close();
});

/** Waits until the picture belongs to what is shown. */
const settled = async () => {
  await page.waitForTimeout(150);
  await page.waitForFunction(() => !document.getElementById("picture")?.classList.contains("old"), null, { timeout: 60000 });
};

/** @param {string} name */
async function sample(name) {
  await page.getByRole("button", { name, exact: true }).click();
  await page.waitForFunction((/** @type {string} */ start) => document.getElementById("status")?.textContent?.startsWith(start), `${name}:`);
  await settled();
}

/** @param {string} id @returns {Promise<{data: number[], width: number, height: number}>} */
const pixels = (id) => page.evaluate((/** @type {string} */ which) => /** @type {any} */ (window).pixels(which), id);

/** Drops a file on the page. @param {Uint8Array} bytes @param {string} name @param {string} [type] */
async function drop(bytes, name, type = "") {
  const transfer = await page.evaluateHandle(
    (/** @type {[number[], string, string]} */ [data, called, kind]) => {
      const made = new DataTransfer();
      made.items.add(new File([new Uint8Array(data)], called, { type: kind }));
      return made;
    },
    [[...bytes], name, type],
  );
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

/** @param {number} value @param {string} id */
const slide = (id, value) =>
  page.evaluate(
    (/** @type {[string, number]} */ [which, to]) => {
      const slider = /** @type {HTMLInputElement} */ (document.getElementById(which));
      slider.value = String(to);
      slider.dispatchEvent(new Event("input"));
    },
    [id, value],
  );

/** What a QR code in a picture says, as bytes. @param {{data: number[], width: number, height: number}} picture @param {number} scale */
function scan({ data, width, height }, scale) {
  const large = new Uint8ClampedArray(4 * width * height * scale * scale);
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const from = 4 * (Math.floor(y / scale) * width + Math.floor(x / scale));
      large.set(data.slice(from, from + 4), 4 * (y * width * scale + x));
    }
  }
  const found = need("jsqr")(large, width * scale, height * scale);
  assert(found, "no QR code is seen");
  return Uint8Array.from(found.binaryData);
}

const read = (/** @type {string} */ path) => new Uint8Array(readFileSync(path));

/** The bytes of what a button saves. @param {string} name */
async function saved(name) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
  return read(await download.path());
}

test("vectors give the stated digests in the browser", async () => {
  const good = vectors.filter((/** @type {any} */ vector) => !vector.cause);
  const found = await page.evaluate(async (/** @type {string[]} */ names) => {
    const vcm = await import(new URL("vcm/index.js", location.href).href);
    const { digest } = await import(new URL("vcm/sha256.js", location.href).href);
    const bytesOf = async (/** @type {string} */ path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
    const models = new vcm.Models((/** @type {string} */ name) => bytesOf(`models/${name}`));
    const use = (/** @type {any} */ { kind }) => kind !== vcm.FEATURE; // whose tables are not here
    const all = [];
    for (const name of names) {
      const { scene } = await vcm.decode(await bytesOf(`spec/vectors/${name}.vcm`), models, { use });
      const T = scene.T && new Uint8Array(2 * scene.T.length);
      scene.T?.forEach((/** @type {number} */ v, /** @type {number} */ i) => new DataView(T.buffer).setInt16(2 * i, v));
      all.push([
        digest(new TextEncoder().encode(vcm.opsText(scene.drawing?.ops ?? []))),
        ...[scene.E, scene.M, scene.C, T].map((plane) => plane && digest(plane)),
      ]);
    }
    return all;
  }, good.map((/** @type {any} */ vector) => vector.name));
  good.forEach((/** @type {any} */ { name, ops, E, M, C, T }, /** @type {number} */ i) => {
    assert.deepEqual(found[i], [ops, E, M, C, T ?? null], name);
  });
});

test("a dropped file without a generator is shown, from its texture alone", async () => {
  await drop(read(`${WEB}/samples/canvas.vcm`), "someone.vcm");
  await page.waitForFunction(() => document.getElementById("status")?.textContent?.startsWith("someone:"));
  await settled();
  assert.match(await page.textContent("#picture-note"), /^texture, /);
  const [picture, preview] = [await pixels("picture"), await pixels("preview")];
  // The same but for grain, which is there at realism 1.
  const apart = picture.data.map((v, i) => Math.abs(v - preview.data[i]));
  assert(Math.max(...new Set(apart)) > 2 && Math.max(...new Set(apart)) < 25);
  await slide("realism", 0);
  await settled();
  assert.deepEqual((await pixels("picture")).data, preview.data);
  await page.screenshot({ path: `${SHOTS}/canvas.png` });
});

for (const name of ["texture", "canvas", "mixed", "strokes"]) {
  test(`the picture of ${name} is the native one`, async (context) => {
    await sample(name);
    await slide("realism", 1);
    await settled();
    const native = await page.evaluate(async (/** @type {string} */ path) => {
      const bitmap = await createImageBitmap(await (await fetch(path)).blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const brush = /** @type {any} */ (canvas.getContext("2d"));
      brush.drawImage(bitmap, 0, 0);
      return Array.from(brush.getImageData(0, 0, bitmap.width, bitmap.height).data);
    }, `native/${name}.png`);
    const { data } = await pixels("picture");
    assert.equal(data.length, native.length);
    const apart = data.map((v, i) => Math.abs(v - /** @type {number} */ (native[i])));
    const close = apart.filter((v) => v <= 2).length / apart.length;
    context.diagnostic(`${(100 * close).toFixed(3)} % within 2, ${Math.max(...new Set(apart))} apart at most`);
    assert(close >= 0.999, `${close} within 2 levels`);
    if (name === "canvas") assert.equal(close, 1);
  });
}

test("the slider cuts layers, in the file and in what is shown", async () => {
  await sample("mixed");
  const whole = await pixels("preview");
  const file = read(`${WEB}/samples/mixed.vcm`);
  await slide("bytes", 60);
  await settled();
  const [, bytes, layers] = /** @type {any} */ ((await page.textContent("#bytes-out")).match(/^(\d+) of \d+, (\d+) of \d+/));
  assert(Number(bytes) <= 60 && layers === "1");
  assert.notDeepEqual((await pixels("preview")).data, whole.data);
  assert.match(await page.textContent("#strokes-note"), /none/);
  const cut = file.slice(0, Number(bytes));
  assert.deepEqual(await saved("Save .vcm"), cut);
  assert.deepEqual(scan(await pixels("qr"), 4), cut);
  await page.screenshot({ path: `${SHOTS}/cut.png` });
});

test("the QR code that is saved holds the file", async () => {
  await sample("texture");
  const bytes = [...(await saved("Save QR code"))];
  const picture = await page.evaluate(async (/** @type {number[]} */ data) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(data)]));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const brush = /** @type {any} */ (canvas.getContext("2d"));
    brush.drawImage(bitmap, 0, 0);
    const { data: pixels, width, height } = brush.getImageData(0, 0, bitmap.width, bitmap.height);
    return { data: Array.from(pixels), width, height };
  }, bytes);
  assert.deepEqual(scan(picture, 1), read(`${WEB}/samples/texture.vcm`));
});

test("layers go off and on, with what needs them", async () => {
  await sample("strokes");
  const boxes = page.locator("#layers input");
  await boxes.nth(0).uncheck();
  await settled();
  assert.match(await page.textContent("#strokes-note"), /none/);
  assert.equal(await page.locator("#layers label.off").count(), await boxes.count());
  await boxes.nth(0).check();
  await settled();
  assert.equal(await page.locator("#layers label.off").count(), 0);
});

/** Drops a vector on the page. @param {string} name */
async function vector(name) {
  await drop(read(`${ROOT}spec/vectors/${name}.vcm`), `${name}.vcm`);
  await page.waitForFunction(
    (/** @type {string} */ start) => document.getElementById("status")?.textContent?.startsWith(start),
    `${name}:`,
  );
  await settled();
}

/** The slider's ends, and where it stands. @returns {Promise<number[]>} */
const range = () =>
  page.locator("#bytes").evaluate((/** @type {HTMLInputElement} */ { min, max, value }) => [min, max, value].map(Number));

test("a feature that is off is in no file that leaves the page", async () => {
  await vector("good-feature-between");
  const [path, cut] = [`${ROOT}spec/vectors/good-feature-between.vcm`, `${NATIVE}/cut.vcm`];
  execFileSync(VCM, ["cut", path, "-o", cut, "--drop", "feature", "--force"], { stdio: "ignore" });
  const [file, without] = [read(path), read(cut)];
  const label = page.locator("#layers label", { hasText: "feature" });
  assert.equal(await label.textContent(), ` feature (biometric data), ${file.length - without.length} bytes`);
  const boxes = page.locator("#layers input");
  await boxes.nth(1).uncheck();
  await settled();
  assert.equal(await page.textContent("#bytes-out"), `${without.length} of ${without.length}, 2 of 2 layers`);
  assert.deepEqual(await saved("Save .vcm"), without);
  assert.deepEqual(scan(await pixels("qr"), 4), without);
  const [least, most, value] = await range();
  assert.deepEqual([most, value], [without.length, without.length]);
  await slide("bytes", least);
  await settled();
  assert.deepEqual(await saved("Save .vcm"), file.slice(0, least));
  await slide("bytes", most);
  await settled();
  assert.deepEqual(await saved("Save .vcm"), without);
  await boxes.nth(1).check();
  await settled();
  assert.deepEqual(await saved("Save .vcm"), file);
  assert.deepEqual(await range(), [least, file.length, file.length]);
});

test("a feature that is the first layer can go, and one that is all that there is stays", async () => {
  await vector("good-feature-before");
  const box = page.locator("#layers input").first();
  const [least] = await range();
  await slide("bytes", least);
  await box.uncheck();
  await settled();
  assert.match(await page.textContent("#bytes-out"), /, 1 of 2 layers$/);
  await vector("good-feature");
  await box.click();
  assert.match(await page.textContent("#status"), /^no layer would be left/);
  assert(await box.isChecked());
  assert(await page.locator("#save-qr").isEnabled());
  assert.deepEqual(await saved("Save .vcm"), read(`${ROOT}spec/vectors/good-feature.vcm`));
});

test("the WebP may have no byte of a feature that is off", async () => {
  const file = read(`${ROOT}spec/vectors/good-feature-behind.vcm`);
  await page.route("**/samples/strokes.vcm", (/** @type {any} */ route) => route.fulfill({ body: Buffer.from(file) }));
  await sample("strokes");
  await page.unroute("**/samples/strokes.vcm");
  /** Waits for a WebP for which there are that many bytes. @param {number} most */
  const made = (most) =>
    page.waitForFunction(
      (/** @type {number} */ wanted) => {
        const [, bytes, budget] = document.getElementById("webp-note")?.textContent?.match(/^(\d+) of (\d+) bytes/) ?? [];
        return Number(budget) === wanted && Number(bytes) <= wanted;
      },
      most,
    );
  const feature = Number((await page.textContent("#layers label:last-child")).match(/(\d+) bytes/)?.[1]);
  await made(file.length);
  await page.locator("#layers input").last().uncheck();
  await made(file.length - feature);
});

test("a stroke's point is dragged, and strokes and picture follow", async (context) => {
  await sample("strokes");
  const [strokes, picture] = [await pixels("strokes"), await pixels("picture")];
  // The longest stroke: its middle, then its first control point or end.
  const paths = page.locator("#editor path");
  const longest = await paths.evaluateAll((/** @type {SVGPathElement[]} */ all) => {
    const lengths = all.map((path) => path.getTotalLength());
    return lengths.indexOf(Math.max(...lengths));
  });
  const at = await paths.nth(longest).evaluate((/** @type {SVGPathElement} */ path) => {
    const point = path.getPointAtLength(path.getTotalLength() / 2);
    const { x, y } = point.matrixTransform(/** @type {DOMMatrix} */ (path.getScreenCTM()));
    return [x, y];
  });
  await page.mouse.click(...at);
  const handle = await page.locator("#editor circle").nth(1).boundingBox();
  const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  const begin = performance.now();
  await page.mouse.move(x + 20, y + 24, { steps: 8 });
  await page.mouse.up();
  await page.waitForFunction(() => document.getElementById("status")?.textContent?.startsWith("Edited"));
  context.diagnostic(`strokes follow in ${Math.round(performance.now() - begin)} ms`);
  await settled();
  await settled();
  assert.notDeepEqual((await pixels("strokes")).data, strokes.data);
  assert.notDeepEqual((await pixels("picture")).data, picture.data);
  await page.screenshot({ path: `${SHOTS}/edited.png` });
  await page.getByRole("button", { name: "Undo edits" }).click();
  await settled();
  assert.deepEqual((await pixels("strokes")).data, strokes.data);
  assert.deepEqual((await pixels("picture")).data, picture.data);
});

test("a WebP of no more bytes is shown beside it", async () => {
  await sample("mixed");
  await page.waitForFunction(() => /^\d+ of \d+ bytes/.test(document.getElementById("webp-note")?.textContent ?? ""));
  const bytes = Number.parseInt(await page.textContent("#webp-note"));
  assert(bytes > 100 && bytes <= read(`${WEB}/samples/mixed.vcm`).length);
});

test("what is no good file is refused in one line, and the page goes on", async () => {
  await sample("texture");
  for (const [name, says] of [
    ["bad-texture-last-zero", /^invalid: .*layer 0, byte 7/],
    ["bad-flip-check", /^invalid: /],
    ["unsupported-layer", /^unsupported: /],
    ["bad-cut-header", /^truncated: /],
  ]) {
    await drop(read(`${ROOT}spec/vectors/${name}.vcm`), `${name}.vcm`);
    await page.waitForFunction(() => document.getElementById("status")?.classList.contains("error"));
    assert.match(await page.textContent("#status"), /** @type {RegExp} */ (says), /** @type {string} */ (name));
    await sample("texture");
  }
  const cut = read(`${WEB}/samples/texture.vcm`);
  await drop(cut.slice(0, cut.length - 5), "short.vcm");
  await page.waitForFunction(() => document.getElementById("status")?.textContent?.includes("It breaks off"));
});

test("an unknown generator is said, and the preview stays", async () => {
  await drop(read(`${ROOT}spec/vectors/good-square.vcm`), "strange.vcm");
  await page.waitForFunction(() => document.getElementById("status")?.textContent?.startsWith("strange:"));
  await settled();
  assert.match(await page.textContent("#picture-note"), /^missing: generator \d+ is not here/);
});

test("times from click to picture, files cached", async (context) => {
  const fresh = await chromium.newContext({ viewport: { width: 1180, height: 1100 } });
  const other = await fresh.newPage();
  /** @param {string} name @returns {Promise<{preview: number, picture: number}>} */
  const time = async (name) => {
    await other.goto(server.url);
    await other.getByRole("button", { name, exact: true }).waitFor();
    return other.evaluate(async (/** @type {string} */ wanted) => {
      const button = [...document.querySelectorAll("button")].find((made) => made.textContent === wanted);
      const until = async (/** @type {() => boolean} */ met) => {
        while (!met()) await new Promise((next) => setTimeout(next, 5));
        return performance.now();
      };
      const begin = performance.now();
      button?.click();
      const preview = await until(() => /\d ms|no texture/.test(document.getElementById("preview-note")?.textContent ?? ""));
      const picture = await until(() => / \d+ ms$/.test(document.getElementById("picture-note")?.textContent ?? ""));
      return { preview: preview - begin, picture: picture - begin };
    }, name);
  };
  for (const name of ["canvas", "texture", "mixed"]) {
    await time(name); // fills the cache
    const times = [];
    const used = [];
    for (let i = 0; i < 3; i++) {
      const before = processorSeconds();
      times.push(await time(name));
      used.push(processorSeconds() - before);
    }
    const middle = (/** @type {"preview" | "picture"} */ what) => Math.round(times.map((t) => t[what]).sort((a, b) => a - b)[1]);
    const seconds = used.sort((a, b) => a - b)[1].toFixed(2);
    context.diagnostic(
      `${name}: preview ${middle("preview")} ms, picture ${middle("picture")} ms, medians of 3; ` +
        `${seconds} s of processors, the page's own loading and the WebP beside it included`,
    );
    // Far above the bars, for a machine that is busy: a hang fails, noise does not.
    assert(middle("preview") < 3000 && middle("picture") < 30000);
  }
  await fresh.close();
});

test("nothing failed unseen", () => assert.deepEqual(faults, []));
