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
  await page.waitForFunction(() => /^texture, \d+ ms/.test(document.getElementById("picture-note")?.textContent ?? ""));
  const bytes = Number((await page.textContent("#status")).match(/(\d+) bytes/)?.[1]);
  assert(bytes > 100 && bytes <= 0.03 * 256 * 256 / 8, `${bytes} bytes`);
  assert(await page.locator("#original-view").isVisible());
  await page.waitForFunction(() => /^\d+ bytes/.test(document.getElementById("webp-note")?.textContent ?? ""), null, { timeout: 60000 });
  await page.screenshot({ path: `${SHOTS}/served.png` });
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
