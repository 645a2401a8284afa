/** Strokes that were moved by hand: their E, and colours from the nearest that the file holds. @module */

import { planes } from "./colours.js";
import { draw } from "./drawing.js";
import { checkOps, grid } from "./ops.js";
import { Places } from "./places.js";

/**
 * The scene with other ops in place of its own, which keep the rules of section 4.1.
 * @param {import("./decode.js").Scene} scene with a drawing
 * @param {import("./ops.js").Op[]} ops
 * @returns {import("./decode.js").Scene}
 * @throws {import("./failures.js").VcmError} where the ops break a rule
 */
export function redrawn(scene, ops) {
  const { W, H, drawing, dots } = scene;
  if (!drawing) throw new RangeError("a scene without strokes");
  checkOps(ops, grid(W, H, drawing.step));
  const changed = { step: drawing.step, ops };
  const E = draw(changed, W, H);
  const places = new Places(changed, E, W, H, true);
  places.extend(dots.length);
  const moved = [];
  for (let i = 0; i < places.order.length && dots.length; i += 2) {
    const [x, y] = [places.order[i], places.order[i + 1]];
    let nearest = dots[0];
    let least = Infinity;
    for (const dot of dots) {
      const q = (dot[0] - x) ** 2 + (dot[1] - y) ** 2;
      if (q < least) [least, nearest] = [q, dot];
    }
    moved.push([x, y, ...nearest.slice(2)]);
  }
  return { ...scene, drawing: changed, E, dots: moved, ...planes(moved, W, H) };
}
