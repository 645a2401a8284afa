/** Reads .vcm files: the codec's library for browsers and Node. See README.md. @module */

export { COLOURS, EDGES, FEATURE, TEXTURE, readContainer, without } from "./container.js";
export { planes } from "./colours.js";
export { CONTRACTS, pictureOf } from "./contracts.js";
export { decode, decodeScene } from "./decode.js";
export { redrawn } from "./edit.js";
export { draw } from "./drawing.js";
export { LIMITS, VcmError } from "./failures.js";
export { readFeature } from "./feature.js";
export { addGrain } from "./grain.js";
export { FILES, Models } from "./models.js";
export { opsText, strokesOf } from "./ops.js";
export { Places } from "./places.js";
export { neutral, preview } from "./synthesis.js";
