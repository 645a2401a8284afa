/** The page as `vcm serve` gives it: VCM is that command, WEB the page. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { browser } from "./browser.js";

const { WEB, VCM, SHOTS } = /** @type {Record<string, string>} */ (process.env);

/** @type {import("node:child_process").ChildProcess} */
let server;
/** @type {any} */
let chromium;
/** @type {any} */
let page;

before(async () => {
  server = spawn(VCM, ["serve", "--port", "0", "--jobs", "1", "--page", WEB], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(/** @type {import("node:stream").Readable} */ (server.stdout), "data");
  chromium = await browser();
  page = await chromium.newPage({ viewport: { width: 1180, height: 1100 } });
  await page.goto(String(said).trim());
});

after(async () => {
  await chromium?.close();
  server?.kill("SIGINT");
  if (server) await once(server, "exit");
});

/** @param {Uint8Array} bytes @param {string} name @param {string} type */
async function drop(bytes, name, type) {
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

test("a photograph is encoded by the server, and shown beside what it became", async () => {
  await page.locator("#encode").waitFor({ state: "visible" });
  await page.locator("#preset").selectOption("small");
  await drop(new Uint8Array(readFileSync(`${WEB}/samples/portrait.jpg`)), "someone.jpg", "image/jpeg");
  await page.waitForFunction(() => document.getElementById("status")?.textContent?.startsWith("someone:"), null, { timeout: 60000 });
  await page.waitForFunction(() => /^generator \d+, /.test(document.getElementById("picture-note")?.textContent ?? ""), null, { timeout: 60000 });
  const bytes = Number((await page.textContent("#status")).match(/(\d+) bytes/)?.[1]);
  assert(bytes > 100 && bytes <= 0.03 * 256 * 256 / 8, `${bytes} bytes`);
  assert(await page.locator("#original-view").isVisible());
  await page.waitForFunction(() => /^\d+ of \d+ bytes/.test(document.getElementById("webp-note")?.textContent ?? ""), null, { timeout: 60000 });
  await page.screenshot({ path: `${SHOTS}/served.png` });
});

test("of a photograph the face is coded, and what is coded is shown as the original", async () => {
  const photograph = await page.evaluate(async () => {
    const portrait = await createImageBitmap(await (await fetch("samples/portrait.jpg")).blob());
    const canvas = new OffscreenCanvas(640, 480);
    const brush = /** @type {any} */ (canvas.getContext("2d"));
    brush.fillStyle = "#9ab";
    brush.fillRect(0, 0, 640, 480);
    brush.drawImage(portrait, 300, 120);
    return Array.from(new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer()));
  });
  await drop(Uint8Array.from(photograph), "party.png", "image/png");
  await page.waitForFunction(() => document.getElementById("status")?.textContent?.startsWith("party:"), null, { timeout: 60000 });
  await page.waitForFunction(() => /^generator \d+, /.test(document.getElementById("picture-note")?.textContent ?? ""), null, { timeout: 60000 });
  // The mean difference between what is called the original and the preview: small where both show the same place.
  const apart = await page.evaluate(() => {
    const data = ["original", "preview"].map((id) => {
      const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById(id));
      const small = new OffscreenCanvas(64, 64);
      const brush = /** @type {any} */ (small.getContext("2d"));
      brush.drawImage(canvas, 0, 0, 64, 64);
      return brush.getImageData(0, 0, 64, 64).data;
    });
    return data[0].reduce((/** @type {number} */ sum, /** @type {number} */ v, /** @type {number} */ i) => sum + Math.abs(v - data[1][i]), 0) / data[0].length;
  });
  assert(apart < 12, `${apart} levels apart`);
  assert(await page.locator("#layers label", { hasText: "crop" }).isVisible());
  await page.screenshot({ path: `${SHOTS}/cropped.png` });
});

test("what is no picture is said in the server's words", async () => {
  await drop(new Uint8Array([1, 2, 3]), "nothing.png", "image/png");
  await page.waitForFunction(() => document.getElementById("status")?.classList.contains("error"));
  assert.match(await page.textContent("#status"), /not a picture/);
});

test("the page is isolated, so that the generator may use threads", async (context) => {
  assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);
  await page.getByRole("button", { name: "strokes", exact: true }).click();
  const note = "#picture-note";
  await page.waitForFunction((/** @type {string} */ id) => /^generator \d+, /.test(document.querySelector(id)?.textContent ?? ""), note, { timeout: 60000 });
  context.diagnostic(await page.textContent(note));
});
