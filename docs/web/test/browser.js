/** A file server, and a Chromium to look at what it serves. @module */

import { createServer } from "node:http";
import { createReadStream, existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join, normalize, resolve } from "node:path";

const TYPES = /** @type {Record<string, string>} */ ({
  ".css": "text/css",
  ".html": "text/html",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
});

/** Packages lie where `make web` put them. @param {string} name */
export function need(name) {
  return createRequire(resolve(process.env.NPM ?? ".", "package.json"))(name);
}

/**
 * The plainest of file servers, on this machine alone.
 * @param {Record<string, string>} folders by the first part of the path; "" for all others
 * @returns {Promise<{url: string, close: () => void}>}
 */
export async function serve(folders) {
  const server = createServer((request, answer) => {
    const { pathname } = new URL(request.url ?? "/", "http://host");
    const [, first, rest] = /** @type {RegExpMatchArray} */ (pathname.match(/^\/([^/]*)(.*)$/));
    const named = first && folders[first];
    const folder = resolve(named || folders[""]);
    const below = decodeURIComponent(named ? rest : pathname === "/" ? "/index.html" : pathname);
    const path = join(folder, normalize(below));
    if (!path.startsWith(folder) || !existsSync(path) || !statSync(path).isFile()) {
      answer.writeHead(404).end();
      return;
    }
    answer.writeHead(200, {
      "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
      "Content-Length": statSync(path).size,
      "Cache-Control": "max-age=3600",
    });
    createReadStream(path).pipe(answer);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/**
 * Seconds of processors that all processes below this one have used: what a busy machine does not stretch.
 * @returns {number}
 */
export function processorSeconds() {
  /** @type {Map<number, {parent: number, seconds: number}>} */
  const all = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
      all.set(Number(name), { parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / 100 });
    } catch {
      // It has ended.
    }
  }
  const below = (/** @type {number} */ pid) => {
    for (let at = all.get(pid)?.parent; at; at = all.get(at)?.parent) if (at === process.pid) return true;
    return false;
  };
  return [...all].reduce((sum, [pid, { seconds }]) => sum + (below(pid) ? seconds : 0), 0);
}

/** Chromium, with hardly anything switched on that a page does not need. */
export async function browser() {
  const { chromium } = need("playwright-core");
  const path = process.env.CHROMIUM || "/usr/bin/chromium";
  return chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
