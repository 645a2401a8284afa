/** Every conformance vector gives the stated digests, or fails for the stated cause. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bigEndian } from "../digests.js";
import { FEATURE, Models, VcmError, addGrain, decode, neutral, opsText, preview, readContainer, without } from "../index.js";

const ROOT = new URL("../../../", import.meta.url);
const read = (/** @type {string} */ path) => new Uint8Array(readFileSync(new URL(path, ROOT)));
const models = new Models(async (name) => read(`models/${name}`));
const { vectors, grain } = JSON.parse(readFileSync(new URL("spec/vectors/vectors.json", ROOT), "utf8"));
const hash = (/** @type {string | Uint8Array} */ data) => createHash("sha256").update(data).digest("hex");

for (const vector of vectors) {
  test(vector.name, async () => {
    const bytes = read(`spec/vectors/${vector.name}.vcm`);
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
    assert.equal(scene.F ? hash(bigEndian(scene.F)) : undefined, vector.F, "F");
    assert.deepEqual(scene.crop ? Object.values(scene.crop) : undefined, vector.crop, "crop");
  });
}

test("a feature leaves no trace in the file without it, and all else stays", () => {
  for (const name of ["before", "behind", "between", "other"]) {
    const bytes = read(`spec/vectors/good-feature-${name}.vcm`);
    const { head, layers } = readContainer(bytes);
    const made = without(bytes, ({ kind }) => kind === FEATURE);
    const left = readContainer(made); // which verifies the new checks
    assert.deepEqual(made.slice(0, head), bytes.slice(0, head), name);
    const payloads = layers.filter(({ kind }) => kind !== FEATURE).map(({ kind, payload }) => ({ kind, payload }));
    assert.deepEqual(left.layers.map(({ kind, payload }) => ({ kind, payload })), payloads, name);
    assert.deepEqual(without(bytes, () => false), bytes, name);
  }
});

test("only ancillary layers can be dropped, and not all layers", () => {
  const bytes = read("spec/vectors/good-feature-between.vcm");
  assert.deepEqual(readContainer(without(bytes, () => true)).layers.map(({ name }) => name), ["texture", "texture"]);
  assert.throws(() => without(read("spec/vectors/good-feature.vcm"), () => true), /no layer would be left/);
});

test("a feature that is not looked into takes none of its tables, nor one of another coding", async () => {
  const fewer = new Models(async (name) => {
    assert(!name.startsWith("feature"), name);
    return read(`models/${name}`);
  });
  const bytes = read("spec/vectors/good-feature-before.vcm");
  const { scene } = await decode(bytes, fewer, { use: ({ kind }) => kind !== FEATURE });
  assert(scene.T);
  assert.equal(scene.F, null);
  await decode(read("spec/vectors/good-feature-other.vcm"), fewer);
});

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
