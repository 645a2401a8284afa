/** The format's tables: which ones a file needs, and how they are read. @module */

import { COLOURS, DETAIL, EDGES, FEATURE, TEXTURE } from "./container.js";
import { colourElements } from "./colours.js";
import { strokeElements } from "./decided_strokes.js";
import { detailElements, readBases } from "./detail.js";
import { VcmError } from "./failures.js";
import { featureElements, readDirections } from "./feature.js";
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
  "texture-1.weights": "1de88348a7c669fecc9fa3c35536842c9b18908acbe9e16d650064eb0348d1dc",
  "texture-1.transform": "73fcdec8ce3a5056a9d399aad5ebf69f68464a0c4349e6cdf92a3677e72a09cc",
  "detail-1.weights": "0c90f78d4774b47217d1ca4e3119eee172ecc8869b717c22beb0c5821ace573d",
  "detail-1.transform": "617b5df16adab36b5e22184108d004b7790df5f2a3b71fbd90add053e043f718",
  "feature-1.weights": "8f52e64d4b54809a0b8b2a726329d2f75f4c17c0828946e7fd0336d7f4aa801d",
  "feature-1.transform": "af99435c5adc079ed058177f85c85956951bfe9d7e75ac2aa4623db3e4e30921",
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
   * @param {{use?: import("./decode.js").Use}} [options] `use` says which layers will be looked into
   * @throws {VcmError} cause "missing"
   */
  async prepare(container, { use = () => true } = {}) {
    const names = new Set();
    for (const { kind, payload } of container.layers.filter(use)) {
      const coding = payload.length ? payload[0] >> 4 : 0;
      if (kind === EDGES) names.add(coding === 1 ? "edges-1.primer" : "strokes-2.weights");
      if (kind === COLOURS) names.add(coding === 1 ? "colours-1.primer" : "colours-2.weights");
      if (kind === TEXTURE) names.add("texture-1.weights").add("texture-1.transform");
      if (kind === DETAIL) names.add("detail-1.weights").add("detail-1.transform");
      if (kind === FEATURE && coding === 1) names.add("feature-1.weights").add("feature-1.transform");
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

  detail() {
    return this.get("detail-1.weights", detailElements);
  }

  bases() {
    return this.get("detail-1.transform", readBases);
  }

  feature() {
    return this.get("feature-1.weights", featureElements);
  }

  directions() {
    return this.get("feature-1.transform", readDirections);
  }
}
