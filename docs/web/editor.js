/** Strokes to choose and to drag, drawn over their bitmap. @module */

/** @typedef {["M" | "L" | "C", ...number[]]} Op */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name @param {Record<string, string | number>} attributes */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** Which ops belong to which stroke: [first, end) each. @param {Op[]} ops @returns {[number, number][]} */
function spans(ops) {
  const starts = ops.flatMap((op, i) => (op[0] === "M" ? [i] : []));
  return starts.map((start, i) => [start, starts[i + 1] ?? ops.length]);
}

export class Editor {
  /**
   * @param {SVGSVGElement} svg
   * @param {(ops: Op[], done: boolean) => void} changed called while a point is dragged, and when it is let go
   */
  constructor(svg, changed) {
    this.svg = svg;
    this.changed = changed;
    /** @type {Op[]} */
    this.ops = [];
    this.step = 1;
    this.W = 1;
    this.H = 1;
    this.chosen = -1;
  }

  /** @param {{ops: Op[], step: number, W: number, H: number}} scene @param {boolean} [same] keeps the choice */
  show({ ops, step, W, H }, same = false) {
    this.ops = structuredClone(ops);
    this.step = step;
    this.W = W;
    this.H = H;
    if (!same) this.chosen = -1;
    // A pixel's centre lies at its even half-pixel, its left edge one half-pixel before.
    this.svg.setAttribute("viewBox", `-1 -1 ${2 * W} ${2 * H}`);
    this.draw();
  }

  draw() {
    const { svg, ops, step } = this;
    svg.replaceChildren();
    spans(ops).forEach(([start, end], index) => {
      const d = ops
        .slice(start, end)
        .map(([kind, ...v]) => kind + v.map((value) => value * step).join(" "))
        .join("");
      const path = element("path", { d, "data-stroke": index });
      if (index === this.chosen) path.classList.add("chosen");
      path.addEventListener("click", () => {
        this.chosen = index;
        this.draw();
      });
      svg.append(path);
    });
    const span = spans(ops)[this.chosen];
    if (span) this.handles(...span);
  }

  /** @param {number} start @param {number} end */
  handles(start, end) {
    for (let i = start; i < end; i++) {
      const op = this.ops[i];
      const before = this.ops[i - 1] ?? [];
      const [kind, ...v] = op;
      const [x0, y0] = /** @type {number[]} */ (before.slice(-2));
      if (kind === "C") {
        this.arm(x0, y0, v[0], v[1]);
        this.arm(v[4], v[5], v[2], v[3]);
      }
    }
    for (let i = start; i < end; i++) {
      for (let at = 1; at < this.ops[i].length; at += 2) this.handle(i, at);
    }
  }

  /** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 */
  arm(x1, y1, x2, y2) {
    const s = this.step;
    this.svg.append(element("line", { x1: x1 * s, y1: y1 * s, x2: x2 * s, y2: y2 * s }));
  }

  /** A point to drag: numbers `at` and `at + 1` of an op. @param {number} i @param {number} at */
  handle(i, at) {
    const op = /** @type {any[]} */ (this.ops[i]);
    const control = at < op.length - 2;
    const circle = element("circle", {
      cx: op[at] * this.step,
      cy: op[at + 1] * this.step,
      r: control ? 4 : 5.5,
      "data-op": i,
      "data-at": at,
    });
    circle.addEventListener("pointerdown", (event) => this.drag(/** @type {PointerEvent} */ (event), i, at));
    this.svg.append(circle);
  }

  /** @param {PointerEvent} event @param {number} i @param {number} at */
  drag(event, i, at) {
    event.preventDefault();
    const op = /** @type {any[]} */ (this.ops[i]);
    const end = at === op.length - 2;
    const cols = Math.floor((2 * (this.W - 1)) / this.step) + 1;
    const rows = Math.floor((2 * (this.H - 1)) / this.step) + 1;
    // Ends stay on the grid; control points within reach of it.
    const range = (/** @type {number} */ v, /** @type {number} */ n) =>
      end ? Math.min(Math.max(v, 0), n - 1) : Math.min(Math.max(v, 1 - n), 2 * n - 1);
    const move = (/** @type {PointerEvent} */ moved) => {
      const matrix = /** @type {DOMMatrix} */ (this.svg.getScreenCTM()).inverse();
      const point = new DOMPoint(moved.clientX, moved.clientY).matrixTransform(matrix);
      op[at] = range(Math.round(point.x / this.step), cols);
      op[at + 1] = range(Math.round(point.y / this.step), rows);
      this.draw();
      this.changed(this.ops, false);
    };
    const up = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", up);
      this.changed(this.ops, true);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", up);
    addEventListener("pointercancel", up);
  }
}
