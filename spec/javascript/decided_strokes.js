/** The edge layer's coding 2 (FORMAT.md, section 4.3). @module */

import { Decisions, clip, elements } from "./decisions.js";
import { invalid } from "./failures.js";
import { bits, ceil, clamp, div } from "./numbers.js";
import { checkCount, thirds } from "./ops.js";

const TABLE = /** @type {const} */ ([
  ["START_Y", 64, [12, 16, 16]],
  ["START_X", 16, [16, 48]],
  ["KIND", 4, [12, 32, 33, 64, 24]],
  ["LENGTH", 64, [12, 72, 99, 64, 24]],
  ["SECTOR", 32, [99, 165, 128, 264, 129]],
  ["OFFSET_IN_SECTOR", 4, [21, 40]],
  ["CONTROL_A", 64, [8, 32, 15, 256, 32]],
  ["CONTROL_B", 64, [8, 31, 248, 32]],
  ["FREE_A", 64, [16]],
  ["FREE_B", 64, [16, 31]],
]);

/** @param {Uint8Array} bytes of the file of weights */
export function strokeElements(bytes) {
  return elements(bytes, /** @type {any} */ (TABLE));
}

/** The slope of (x, y) in n parts of a side. @param {number} x @param {number} y @param {number} n */
function slope(x, y, n) {
  const across = Math.abs(y) > Math.abs(x);
  const l = across ? Math.abs(y) : Math.abs(x);
  const a = across ? x : y;
  const side = across ? (y > 0 ? 1 : 3) : x > 0 ? 0 : 2;
  return side * n + div((a + l) * n, 2 * l + 1);
}

class Strokes {
  // Where the last segment ended, and what it was like: see "State".
  x = 0;
  y = 0;
  sector = 32;
  heading = 128;
  turn = 2;
  tangentX = 0;
  tangentY = 0;
  size = 0;
  kind = 0;
  count = 0;

  /**
   * @param {Uint8Array} data @param {number} step @param {{cols: number, rows: number}} size
   * @param {import("./models.js").Models} models @param {import("./failures.js").Limits} limits
   */
  constructor(data, step, { cols, rows }, models, limits) {
    this.decisions = new Decisions(data);
    this.elements = models.strokes();
    this.step = step;
    this.cols = cols;
    this.rows = rows;
    this.limits = limits;
    /** @type {import("./ops.js").Op[]} */
    this.ops = [];
  }

  /** The state anew, for a stroke from (x, y). @param {number} x @param {number} y */
  begin(x, y) {
    this.x = x;
    this.y = y;
    this.sector = 32;
    this.heading = 128;
    this.turn = 2;
    this.tangentX = 0;
    this.tangentY = 0;
    this.size = 0;
    this.kind = 0;
    this.count = 0;
  }

  /** @param {number} number of strokes */
  read(number) {
    const { decisions, elements: e, cols, rows } = this;
    let lastX = 0;
    let lastY = 0;
    for (let left = number; left > 0; left--) {
      const down = decisions.unsigned(
        e.START_Y.under(
          Math.min(bits(Math.max(div(4 * (rows - lastY), left), 0)), 11),
          Math.min(bits(left), 15),
          Math.min(div(lastY * 16, rows), 15),
        ),
      );
      const y = lastY + down;
      const q = down > 3 ? 0 : down === 0 ? 2 : 1;
      const cell = decisions.tree(
        e.START_X.under(Math.min(div(y * 16, rows), 15), 16 * q + Math.min(div(lastX * 16, cols), 15)),
        4,
      );
      const first = ceil(cell * cols, 16);
      const m = ceil((cell + 1) * cols, 16) - first;
      if (m === 0) invalid("damaged: a stroke begins in no column");
      const x = first + decisions.even(m);
      if (down === 0 && x < lastX) invalid("damaged: the strokes are not sorted");
      this.push(["M", x, y]);
      this.begin(x, y);
      while (this.segment());
      lastX = x;
      lastY = y;
    }
    decisions.finish();
    return this.ops;
  }

  /** @param {import("./ops.js").Op} op */
  push(op) {
    this.ops.push(op);
    checkCount(this.ops.length, this.limits);
  }

  /** The hint for a side and a length, or null. @param {number} side @param {number} length */
  hint(side, length) {
    const { tangentX, tangentY } = this;
    const u = [tangentX, tangentY, -tangentX, -tangentY][side];
    const v = side % 2 ? tangentX : tangentY;
    return u <= 0 ? null : div(2 * length * v + u, 2 * u);
  }

  /** Reads a segment; false where the stroke ends instead. */
  segment() {
    const { decisions, elements: e, cols, rows, x, y, sector, size, kind, count, turn } = this;
    const here = 8 * clamp(div(y * 8, rows), 0, 7) + clamp(div(x * 8, cols), 0, 7);
    e.KIND.under(3 * count + kind, 8 * count + size, sector, here, 8 * kind + size);
    if (count && decisions.decide(e.KIND, 0)) return false;
    const k = decisions.decide(e.KIND, 1) ? (decisions.decide(e.KIND, 2) ? 2 : 1) : 0;
    const length = decisions.unsigned(
      e.LENGTH.under(3 * count + k, 24 * k + 8 * kind + size, 33 * k + sector, here, 8 * k + this.step - 1),
    );
    const z = Math.min(bits(length), 7);
    let side = 0;
    let direction = 0;
    let endX = x;
    let endY = y;
    if (length) {
      direction = decisions.tree(
        e.SECTOR.under(33 * k + sector, 33 * turn + sector, (count ? 0 : 64) + here, 33 * z + sector, this.heading),
        5,
      );
      side = direction >> 3;
      const across = this.across(direction % 8, side, length, z);
      if (side % 2 && Math.abs(across) === length) invalid("damaged: a diagonal that should go right or left");
      const along = side < 2 ? length : -length;
      endX += side % 2 ? across : along;
      endY += side % 2 ? along : across;
    }
    /** @type {import("./ops.js").Op} */
    const op = k ? ["C", ...this.controls(k, endX, endY, side, length, direction, z), endX, endY] : ["L", endX, endY];
    this.push(op);
    this.moveOn(op, endX, endY, z, k ? 2 : 1);
    return true;
  }

  /** The coordinate across. @param {number} part @param {number} side @param {number} length @param {number} z */
  across(part, side, length, z) {
    const { decisions, elements: e } = this;
    const n = 2 * length + 1;
    let low = ceil(part * n, 8) - length;
    let high = ceil((part + 1) * n, 8) - length;
    if (low === high) invalid("damaged: a direction that no end lies in");
    if (high - low === 1) return low;
    const hint = this.hint(side, length);
    let place = 0;
    if (hint !== null) {
      if (hint < low) place = 1;
      else if (hint >= high) place = 6;
      else place = 2 + div((hint - low) * 4, high - low);
    }
    e.OFFSET_IN_SECTOR.under(7 * Math.min(bits(high - low) - 2, 2) + place, 8 * this.turn + z);
    let node = 1;
    while (high - low > 1 && node < 4) {
      const middle = div(low + high + 1, 2);
      const bit = decisions.decide(e.OFFSET_IN_SECTOR, node);
      if (bit) low = middle;
      else high = middle;
      node = 2 * node + bit;
    }
    return high - low > 1 ? low + decisions.even(high - low) : low;
  }

  /**
   * Both control points, as ax, ay, bx, by.
   * @param {number} k @param {number} endX @param {number} endY @param {number} side @param {number} length
   * @param {number} direction @param {number} z
   */
  controls(k, endX, endY, side, length, direction, z) {
    const { decisions, elements: e, x, y } = this;
    const points = thirds(x, y, endX, endY);
    // 0 where across is x, 1 where it is y.
    const axis = Math.abs(endY - y) > Math.abs(endX - x) ? 0 : 1;
    if (k === 1) {
      const hint = this.hint(side, length);
      const g = hint === null ? 31 : clip(div(hint + 1, 3) - (points[axis] - (axis ? y : x)));
      const near = decisions.signed(e.CONTROL_A.under(z, g, 5 * this.kind + this.turn, 32 * z + g, direction));
      const far = decisions.signed(e.CONTROL_B.under(z, clip(near), 31 * z + clip(near), direction));
      points[axis] += near;
      points[2 + axis] += far;
      return points;
    }
    let along = false;
    for (let j = 0; j < 2; j++) {
      const near = decisions.signed(e.FREE_A.under(8 * j + z));
      const far = decisions.signed(e.FREE_B.under(8 * j + z, clip(near)));
      points[j] += near;
      points[2 + j] += far;
      if (j !== axis && (near || far)) along = true;
    }
    if (!along) invalid("damaged: a free curve that lies beside its chord");
    return points;
  }

  /**
   * The state behind a segment.
   * @param {import("./ops.js").Op} op @param {number} endX @param {number} endY @param {number} size @param {number} kind
   */
  moveOn(op, endX, endY, size, kind) {
    let fromX = this.x;
    let fromY = this.y;
    if (op[0] === "C") {
      const [bx, by] = /** @type {number[]} */ (op.slice(3, 5));
      if (bx !== endX || by !== endY) {
        fromX = bx;
        fromY = by;
      }
    }
    this.tangentX = endX - fromX;
    this.tangentY = endY - fromY;
    if (this.tangentX || this.tangentY) {
      const sector = slope(this.tangentX, this.tangentY, 8);
      const t = this.sector === 32 ? 0 : ((sector - this.sector + 16 + 32) % 32) - 16;
      this.turn = 2 + clamp(t, -2, 2);
      this.sector = sector;
      this.heading = slope(this.tangentX, this.tangentY, 32);
    }
    this.x = endX;
    this.y = endY;
    this.size = size;
    this.kind = kind;
    this.count = Math.min(this.count + 1, 3);
  }
}

/**
 * @param {Uint8Array} data @param {number} number of strokes @param {number} step
 * @param {{cols: number, rows: number}} size of the grid
 * @param {import("./models.js").Models} models @param {import("./failures.js").Limits} limits
 */
export function readStrokes(data, number, step, size, models, limits) {
  return new Strokes(data, step, size, models, limits).read(number);
}
