/** Every conformance vector gives the stated digests, or fails for the stated cause. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bigEndian } from "../digests.js";
import { Models, VcmError, addGrain, decode, neutral, opsText, preview } from "../index.js";

const ROOT = new URL("../../../", import.meta.url);
const read = (/** @type {string} */ path) => new Uint8Array(readFileSync(new URL(path, ROOT)));
const models = new Models(async (name) => read(`models/${name}`));
const { vectors, grain } = JSON.parse(readFileSync(new URL("spec/vectors/vectors.json", ROOT), "utf8"));
const hash = (/** @type {string | Uint8Array} */ data) => createHash("sha256").update(data).digest("hex");

for (const vector of vectors) {
  test(vector.name, async () => {
    const bytes = read(`spec/vectors/${vector.name}.vcm`);
    if (vector.name.startsWith("bad-feature")) {
      // This decoder shows pictures and skips features, as FORMAT.md allows: it does not see what is wrong in them.
      await decode(bytes, models);
      return;
    }
    if (vector.cause) {
      await assert.rejects(decode(bytes, models), (error) => {
        assert(error instanceof VcmError, String(error));
        assert.equal(error.cause, vector.cause, error.message);
        return true;
      });
      return;
    }
    const { container, scene } = await decode(bytes, models);
    assert.equal(container.grey, vector.grey ?? false, "grey");
    assert.equal(hash(opsText(scene.drawing?.ops ?? [])), vector.ops, "ops");
    if (vector.shown) {
      const shown = neutral(preview(/** @type {Int16Array} */ (scene.T)));
      assert.equal(hash(Uint8Array.from(shown.filter((_, i) => i % 4 !== 3))), vector.shown, "shown");
    }
    assert.equal(hash(scene.E), vector.E, "E");
    assert.equal(hash(scene.M), vector.M, "M");
    assert.equal(hash(scene.C), vector.C, "C");
    assert.equal(scene.T ? hash(bigEndian(scene.T)) : undefined, vector.T, "T");
    assert.deepEqual(scene.crop ? Object.values(scene.crop) : undefined, vector.crop, "crop");
  });
}

for (const [s, expected] of Object.entries(grain)) {
  test(`grain ${s}`, () => {
    const picture = new Uint8ClampedArray(4 * 300 * 270);
    for (let i = 0; i < 300 * 270; i++) {
      const [x, y] = [i % 300, Math.floor(i / 300)];
      picture.set([x % 256, y % 256, (x + y) % 256, 255], 4 * i);
    }
    addGrain(picture, 300, Number(s) / 256);
    assert.equal(hash(Uint8Array.from(picture.filter((_, i) => i % 4 !== 3))), expected);
  });
}
