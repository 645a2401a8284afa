/** The format's tables: which ones a file needs, and how they are read. @module */

import { COLOURS, EDGES, TEXTURE } from "./container.js";
import { colourElements } from "./colours.js";
import { strokeElements } from "./decided_strokes.js";
import { VcmError } from "./failures.js";
import { prime } from "./primed.js";
import { sha256 } from "./sha256.js";
import { textureElements } from "./texture.js";
import { readTransform } from "./transform.js";

/** The tables by name, with what FORMAT.md says of their bytes. @type {Readonly<Record<string, string>>} */
export const FILES = Object.freeze({
  "edges-1.primer": "00dbe67e3bad2de04145cc4dc8c1b36139762073eaf45b504af9057d6396d2e2",
  "colours-1.primer": "e2b32468a52edcbc91cda57483ba326647428e028494ef2762bd8c8b5df34652",
  "strokes-2.weights": "115e8abc8528a89bdd88ab1192074c028452b1a3240cf3462cc6c716460377e3",
  "colours-2.weights": "5ee54fbace5bf8a45f1452ff10e7f9eb83a74201dd8f1569742b4b61f65c0122",
  "texture-1.weights": "bb12f7c40f5abf481b068f0a418403f1574e93a4d2ddf96db44310488d187ad6",
  "texture-1.transform": "9d0aae081855a43c8ff9e5f276c79208f1f000d3fd2bf5596eb297a4573b9139",
});

/** Holds the tables that were loaded, and what was made of them. */
export class Models {
  /** @param {(name: string) => Promise<Uint8Array>} fetchFile gives a file's bytes, or throws */
  constructor(fetchFile) {
    this.fetchFile = fetchFile;
    /** @type {Map<string, Promise<void>>} */
    this.loading = new Map();
    /** @type {Map<string, Uint8Array>} */
    this.files = new Map();
    /** @type {Map<string, any>} */
    this.made = new Map();
  }

  /**
   * Loads what the layers of a file need, and checks it.
   * @param {import("./container.js").Container} container
   * @throws {VcmError} cause "missing"
   */
  async prepare(container) {
    const names = new Set();
    for (const { kind, payload } of container.layers) {
      const coding = payload.length ? payload[0] >> 4 : 0;
      if (kind === EDGES) names.add(coding === 1 ? "edges-1.primer" : "strokes-2.weights");
      if (kind === COLOURS) names.add(coding === 1 ? "colours-1.primer" : "colours-2.weights");
      if (kind === TEXTURE) names.add("texture-1.weights").add("texture-1.transform");
    }
    await Promise.all([...names].map((name) => this.load(name)));
  }

  /** @param {string} name */
  load(name) {
    let task = this.loading.get(name);
    if (!task) {
      task = this.fetchFile(name).then(async (bytes) => {
        if ((await sha256(bytes)) !== FILES[name]) throw new VcmError("missing", `${name} is another file`);
        this.files.set(name, bytes);
      });
      this.loading.set(name, task);
      // What failed may be tried again.
      task.catch(() => this.loading.delete(name));
    }
    return task;
  }

  /** @template Made @param {string} name @param {(bytes: Uint8Array) => Made} make @returns {Made} */
  get(name, make) {
    if (!this.made.has(name)) {
      const bytes = this.files.get(name);
      if (!bytes) throw new VcmError("missing", `${name} is not loaded`);
      this.made.set(name, make(bytes));
    }
    return this.made.get(name);
  }

  /** @param {"edges-1.primer" | "colours-1.primer"} name */
  primed(name) {
    return this.get(name, prime);
  }

  strokes() {
    return this.get("strokes-2.weights", strokeElements);
  }

  colours() {
    return this.get("colours-2.weights", colourElements);
  }

  texture() {
    return this.get("texture-1.weights", textureElements);
  }

  transform() {
    return this.get("texture-1.transform", readTransform);
  }
}
