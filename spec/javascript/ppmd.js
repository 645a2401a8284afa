/**
 * PPMd variant I, revision 1, with its carryless range coder: what FORMAT.md, section 3.1, names. Written after the
 * public domain sources of D. Shkarin (var. I, 2002), D. Subbotin (range coder, 1999) and I. Pavlov (Ppmd8, 2017). The
 * restoration method is "restart" alone: a model that is out of memory begins anew.
 *
 * Contexts, states and free blocks lie in one stretch of memory, as in those sources, since what the model does when
 * memory runs short depends on where they lie. A unit has 12 bytes. Offset 0 stands for nothing.
 *
 *   context  count of states minus 1 (1), flags (1), sum of frequencies (2), offset of states (4), suffix (4)
 *   state    symbol (1), frequency (1), successor (2 + 2); a context of one state holds it at 2
 *   block    stamp (4), next (4), units (4)
 *
 * @module
 */

const UNIT = 12;
const INDEXES = 38;
const EMPTY = 0xffffffff;
const MAX_FREQ = 124;
const PERIOD_BITS = 7;
const SCALE = 1 << 14;
const ALIGN = 4;
const DUMMY = 24 * 32;
const TOP = 0x1000000;
const BOTTOM = 0x8000;

const EXP_ESCAPE = [25, 14, 9, 7, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2];
const INIT_BIN_ESC = [0x3cdd, 0x1f3f, 0x59bf, 0x48f3, 0x64a1, 0x5abc, 0x6632, 0x6051];

const INDEX_TO_UNITS = new Uint8Array(INDEXES);
const UNITS_TO_INDEX = new Uint8Array(129);
for (let i = 0, k = 0; i < INDEXES; i++) {
  for (let step = i >= 12 ? 4 : (i >> 2) + 1; step > 0; step--) UNITS_TO_INDEX[++k] = i;
  INDEX_TO_UNITS[i] = k;
}

const COUNT_TO_BINARY = Uint8Array.from({ length: 256 }, (_, i) => (i === 0 ? 0 : i === 1 ? 2 : i < 11 ? 4 : 6));

const COUNT_TO_INDEX = new Uint8Array(260);
for (let i = 0; i < 5; i++) COUNT_TO_INDEX[i] = i;
for (let i = 5, m = 5, k = 1; i < 260; i++) {
  COUNT_TO_INDEX[i] = m;
  if (--k === 0) k = ++m - 4;
}

/** @param {number} symbol */
const high = (symbol) => (symbol >= 0x40 ? 0x08 : 0);

/** @param {number} probability */
const mean = (probability) => (probability + (1 << (PERIOD_BITS - 2))) >> PERIOD_BITS;

/** The model, its memory, and a coder of both directions. */
export class Ppmd {
  text = 0;
  hiUnit = 0;
  loUnit = 0;
  unitsStart = 0;
  glueCount = 0;
  orderFall = 0;
  initRL = 0;
  runLength = 0;
  prevSuccess = 0;
  minContext = 0;
  maxContext = 0;
  found = 0;

  /** @param {number} order @param {number} size of the memory, a multiple of 4 */
  constructor(order, size) {
    this.order = order;
    this.size = size;
    const memory = new ArrayBuffer(ALIGN + size);
    this.u8 = new Uint8Array(memory);
    this.u16 = new Uint16Array(memory);
    this.u32 = new Uint32Array(memory);
    this.free = new Uint32Array(INDEXES);
    this.binSumm = new Uint16Array(25 * 64);
    this.seeSumm = new Uint16Array(DUMMY + 1);
    this.seeShift = new Uint8Array(DUMMY + 1);
    this.seeCount = new Uint8Array(DUMMY + 1);
    this.masked = new Uint8Array(256);
    this.escape = 0;
    this.initEsc = 0;
    this.restart();
  }

  restart() {
    const { u8, u16, u32 } = this;
    this.free.fill(0);
    this.text = ALIGN;
    this.hiUnit = ALIGN + this.size;
    this.unitsStart = this.hiUnit - Math.floor(this.size / 8 / UNIT) * 7 * UNIT;
    this.loUnit = this.unitsStart;
    this.glueCount = 0;
    this.orderFall = this.order;
    this.initRL = -Math.min(this.order, 12) - 1;
    this.runLength = this.initRL;
    this.prevSuccess = 0;
    this.hiUnit -= UNIT;
    this.minContext = this.maxContext = this.hiUnit;
    this.found = this.loUnit;
    this.loUnit += 128 * UNIT;
    const c = this.minContext;
    u8[c] = 255;
    u8[c + 1] = 0;
    u16[(c + 2) >> 1] = 257;
    u32[(c + 4) >> 2] = this.found;
    u32[(c + 8) >> 2] = 0;
    for (let i = 0, s = this.found; i < 256; i++, s += 6) {
      u8[s] = i;
      u8[s + 1] = 1;
      this.setSuccessor(s, 0);
    }
    for (let i = 0, m = 0; m < 25; m++) {
      while (COUNT_TO_INDEX[i] === m) i++;
      for (let k = 0; k < 64; k++) this.binSumm[64 * m + k] = SCALE - Math.floor(INIT_BIN_ESC[k & 7] / (i + 1));
    }
    for (let i = 0, m = 0; m < 24; m++) {
      while (COUNT_TO_INDEX[i + 3] === m + 3) i++;
      for (let k = 32 * m; k < 32 * m + 32; k++) {
        this.seeShift[k] = PERIOD_BITS - 4;
        this.seeSumm[k] = (2 * i + 5) << (PERIOD_BITS - 4);
        this.seeCount[k] = 7;
      }
    }
    this.seeShift[DUMMY] = PERIOD_BITS;
    this.seeCount[DUMMY] = 64;
  }

  // Fields

  /** @param {number} s a state */
  successor(s) {
    return this.u16[(s + 2) >> 1] | (this.u16[(s + 4) >> 1] << 16);
  }

  /** @param {number} s @param {number} v */
  setSuccessor(s, v) {
    this.u16[(s + 2) >> 1] = v;
    this.u16[(s + 4) >> 1] = v >>> 16;
  }

  /** @param {number} c a context */
  stats(c) {
    return this.u32[(c + 4) >> 2];
  }

  /** @param {number} c a context */
  suffix(c) {
    return this.u32[(c + 8) >> 2];
  }

  /** @param {number} to @param {number} from */
  copyState(to, from) {
    this.u16[to >> 1] = this.u16[from >> 1];
    this.u16[(to >> 1) + 1] = this.u16[(from >> 1) + 1];
    this.u16[(to >> 1) + 2] = this.u16[(from >> 1) + 2];
  }

  /** @param {number} a @param {number} b */
  swapStates(a, b) {
    for (let i = 0; i < 3; i++) {
      const kept = this.u16[(a >> 1) + i];
      this.u16[(a >> 1) + i] = this.u16[(b >> 1) + i];
      this.u16[(b >> 1) + i] = kept;
    }
  }

  // Memory

  /** @param {number} node @param {number} index */
  insertNode(node, index) {
    const at = node >> 2;
    this.u32[at] = EMPTY;
    this.u32[at + 1] = this.free[index];
    this.u32[at + 2] = INDEX_TO_UNITS[index];
    this.free[index] = node;
  }

  /** @param {number} index */
  removeNode(index) {
    const node = this.free[index];
    this.free[index] = this.u32[(node >> 2) + 1];
    return node;
  }

  /** A run of `units` from `node` on goes to the free lists. @param {number} node @param {number} units */
  insertUnits(node, units) {
    let i = UNITS_TO_INDEX[units];
    if (INDEX_TO_UNITS[i] !== units) {
      const k = INDEX_TO_UNITS[--i];
      this.insertNode(node + k * UNIT, units - k - 1);
    }
    this.insertNode(node, i);
  }

  /** @param {number} node @param {number} oldIndex @param {number} newIndex */
  splitBlock(node, oldIndex, newIndex) {
    const kept = INDEX_TO_UNITS[newIndex];
    this.insertUnits(node + kept * UNIT, INDEX_TO_UNITS[oldIndex] - kept);
  }

  glueFreeBlocks() {
    const { u32, free } = this;
    this.glueCount = 1 << 13;
    if (this.loUnit !== this.hiUnit) u32[this.loUnit >> 2] = 0;
    /** @type {number[]} */
    const glued = [];
    for (let i = 0; i < INDEXES; i++) {
      let next = free[i];
      free[i] = 0;
      while (next !== 0) {
        const at = next >> 2;
        if (u32[at + 2] !== 0) {
          glued.push(next);
          for (;;) {
            const other = (next + u32[at + 2] * UNIT) >> 2;
            if (u32[other] !== EMPTY) break;
            u32[at + 2] += u32[other + 2];
            u32[other + 2] = 0;
          }
        }
        next = u32[at + 1];
      }
    }
    for (let node of glued) {
      let units = u32[(node >> 2) + 2];
      if (units === 0) continue;
      for (; units > 128; units -= 128, node += 128 * UNIT) this.insertNode(node, INDEXES - 1);
      this.insertUnits(node, units);
    }
  }

  /** @param {number} index @returns {number} 0 if there is no memory left */
  allocUnitsRare(index) {
    if (this.glueCount === 0) {
      this.glueFreeBlocks();
      if (this.free[index]) return this.removeNode(index);
    }
    for (let i = index + 1; i < INDEXES; i++) {
      if (!this.free[i]) continue;
      const node = this.removeNode(i);
      this.splitBlock(node, i, index);
      return node;
    }
    const bytes = INDEX_TO_UNITS[index] * UNIT;
    this.glueCount--;
    return this.unitsStart - this.text > bytes ? (this.unitsStart -= bytes) : 0;
  }

  /** @param {number} index */
  allocUnits(index) {
    if (this.free[index]) return this.removeNode(index);
    const bytes = INDEX_TO_UNITS[index] * UNIT;
    if (bytes > this.hiUnit - this.loUnit) return this.allocUnitsRare(index);
    const node = this.loUnit;
    this.loUnit += bytes;
    return node;
  }

  allocContext() {
    if (this.hiUnit !== this.loUnit) return (this.hiUnit -= UNIT);
    return this.free[0] ? this.removeNode(0) : this.allocUnitsRare(0);
  }

  /** @param {number} old @param {number} oldUnits @param {number} newUnits */
  shrinkUnits(old, oldUnits, newUnits) {
    const i0 = UNITS_TO_INDEX[oldUnits];
    const i1 = UNITS_TO_INDEX[newUnits];
    if (i0 === i1) return old;
    if (this.free[i1]) {
      const node = this.removeNode(i1);
      this.u8.copyWithin(node, old, old + newUnits * UNIT);
      this.insertNode(old, i0);
      return node;
    }
    this.splitBlock(old, i0, i1);
    return old;
  }

  // Model

  /** @param {boolean} skip @param {number} s1 @param {number} c @returns {number} a context, or 0 */
  createSuccessors(skip, s1, c) {
    const { u8, u16 } = this;
    const symbol = u8[this.found];
    const upBranch = this.successor(this.found);
    /** @type {number[]} */
    const path = skip ? [] : [this.found];
    while (this.suffix(c)) {
      c = this.suffix(c);
      let s;
      if (s1) {
        s = s1;
        s1 = 0;
      } else if (u8[c]) {
        s = this.stats(c);
        while (u8[s] !== symbol) s += 6;
        if (u8[s + 1] < MAX_FREQ - 9) {
          u8[s + 1]++;
          u16[(c + 2) >> 1]++;
        }
      } else {
        s = c + 2;
        if (!u8[this.suffix(c)] && u8[s + 1] < 24) u8[s + 1]++;
      }
      const successor = this.successor(s);
      if (successor !== upBranch) {
        c = successor;
        if (path.length === 0) return c;
        break;
      }
      path.push(s);
    }
    const upSymbol = u8[upBranch];
    const flags = (symbol >= 0x40 ? 0x10 : 0) + high(upSymbol);
    let freq;
    if (u8[c] === 0) {
      freq = u8[c + 3];
    } else {
      let s = this.stats(c);
      while (u8[s] !== upSymbol) s += 6;
      const cf = u8[s + 1] - 1;
      const s0 = (u16[(c + 2) >> 1] - u8[c] - cf) >>> 0;
      freq = 1 + (2 * cf <= s0 ? (5 * cf > s0 ? 1 : 0) : Math.floor((cf + 2 * s0 - 3) / s0));
    }
    while (path.length) {
      const c1 = this.allocContext();
      if (!c1) return 0;
      u8[c1] = 0;
      u8[c1 + 1] = flags;
      u8[c1 + 2] = upSymbol;
      u8[c1 + 3] = freq;
      this.setSuccessor(c1 + 2, upBranch + 1);
      this.u32[(c1 + 8) >> 2] = c;
      this.setSuccessor(/** @type {number} */ (path.pop()), c1);
      c = c1;
    }
    return c;
  }

  /** @param {number} s1 @param {number} c @returns {number} a context, or 0 */
  reduceOrder(s1, c) {
    const { u8, u16 } = this;
    const first = c;
    const symbol = u8[this.found];
    const upBranch = this.text;
    this.setSuccessor(this.found, upBranch);
    this.orderFall++;
    let s;
    for (;;) {
      if (s1) {
        c = this.suffix(c);
        s = s1;
        s1 = 0;
      } else {
        if (!this.suffix(c)) return c;
        c = this.suffix(c);
        if (u8[c]) {
          s = this.stats(c);
          while (u8[s] !== symbol) s += 6;
          if (u8[s + 1] < MAX_FREQ - 9) {
            u8[s + 1] += 2;
            u16[(c + 2) >> 1] += 2;
          }
        } else {
          s = c + 2;
          if (u8[s + 1] < 32) u8[s + 1]++;
        }
      }
      if (this.successor(s)) break;
      this.setSuccessor(s, upBranch);
      this.orderFall++;
    }
    if (this.successor(s) <= upBranch) {
      const kept = this.found;
      this.found = s;
      this.setSuccessor(s, this.createSuccessors(false, 0, c));
      this.found = kept;
    }
    if (this.orderFall === 1 && first === this.maxContext) {
      this.setSuccessor(this.found, this.successor(s));
      this.text--;
    }
    return this.successor(s);
  }

  updateModel() {
    const { u8, u16, u32 } = this;
    const symbol = u8[this.found];
    const freq = u8[this.found + 1];
    let next = this.successor(this.found);
    let s = 0;
    if (freq < MAX_FREQ / 4 && this.suffix(this.minContext)) {
      const c = this.suffix(this.minContext);
      if (u8[c] === 0) {
        s = c + 2;
        if (u8[s + 1] < 32) u8[s + 1]++;
      } else {
        s = this.stats(c);
        if (u8[s] !== symbol) {
          do s += 6;
          while (u8[s] !== symbol);
          if (u8[s + 1] >= u8[s - 5]) {
            this.swapStates(s, s - 6);
            s -= 6;
          }
        }
        if (u8[s + 1] < MAX_FREQ - 9) {
          u8[s + 1] += 2;
          u16[(c + 2) >> 1] += 2;
        }
      }
    }
    let c = this.maxContext;
    if (this.orderFall === 0 && next) {
      const created = this.createSuccessors(true, s, this.minContext);
      if (!created) return this.restart();
      this.setSuccessor(this.found, created);
      this.maxContext = created;
      return;
    }
    u8[this.text++] = symbol;
    let successor = this.text;
    if (this.text >= this.unitsStart) return this.restart();
    if (!next) next = this.reduceOrder(s, this.minContext);
    else if (next < this.unitsStart) next = this.createSuccessors(false, s, this.minContext);
    if (!next) return this.restart();
    if (--this.orderFall === 0) {
      successor = next;
      if (this.maxContext !== this.minContext) this.text--;
    }
    const ns = u8[this.minContext];
    const s0 = u16[(this.minContext + 2) >> 1] - ns - freq;
    for (; c !== this.minContext; c = this.suffix(c)) {
      const sum = (c + 2) >> 1;
      const ns1 = u8[c];
      if (ns1) {
        if (ns1 & 1) {
          const units = (ns1 + 1) >> 1;
          const i = UNITS_TO_INDEX[units];
          if (i !== UNITS_TO_INDEX[units + 1]) {
            const node = this.allocUnits(i + 1);
            if (!node) return this.restart();
            const old = this.stats(c);
            u8.copyWithin(node, old, old + units * UNIT);
            this.insertNode(old, i);
            u32[(c + 4) >> 2] = node;
          }
        }
        if (3 * ns1 + 1 < ns) u16[sum]++;
      } else {
        const state = this.allocUnits(0);
        if (!state) return this.restart();
        this.copyState(state, c + 2);
        u32[(c + 4) >> 2] = state;
        u8[state + 1] = u8[state + 1] < MAX_FREQ / 4 - 1 ? u8[state + 1] << 1 : MAX_FREQ - 4;
        u16[sum] = u8[state + 1] + this.initEsc + (ns > 2 ? 1 : 0);
      }
      let cf = 2 * freq * (u16[sum] + 6);
      const sf = s0 + u16[sum];
      if (cf < 6 * sf) {
        cf = 1 + (cf > sf ? 1 : 0) + (cf >= 4 * sf ? 1 : 0);
        u16[sum] += 4;
      } else {
        cf = 4 + (cf > 9 * sf ? 1 : 0) + (cf > 12 * sf ? 1 : 0) + (cf > 15 * sf ? 1 : 0);
        u16[sum] += cf;
      }
      const added = this.stats(c) + 6 * (ns1 + 1);
      this.setSuccessor(added, successor);
      u8[added] = symbol;
      u8[added + 1] = cf;
      u8[c + 1] |= high(symbol);
      u8[c] = ns1 + 1;
    }
    this.maxContext = this.minContext = next;
  }

  rescale() {
    const { u8, u16, u32 } = this;
    const c = this.minContext;
    const stats = this.stats(c);
    // The state that was found comes first.
    for (let s = this.found; s !== stats; s -= 6) this.swapStates(s, s - 6);
    const adder = this.orderFall !== 0 ? 1 : 0;
    let escape = u16[(c + 2) >> 1] - u8[stats + 1];
    u8[stats + 1] = (u8[stats + 1] + 4 + adder) >> 1;
    let sum = u8[stats + 1];
    let s = stats;
    for (let i = u8[c]; i > 0; i--) {
      s += 6;
      escape -= u8[s + 1];
      u8[s + 1] = (u8[s + 1] + adder) >> 1;
      sum += u8[s + 1];
      for (let t = s; t !== stats && u8[t + 1] > u8[t - 5]; t -= 6) this.swapStates(t, t - 6);
    }
    if (u8[s + 1] === 0) {
      const count = u8[c];
      let gone = 0;
      do {
        gone++;
        s -= 6;
      } while (u8[s + 1] === 0);
      escape += gone;
      u8[c] = count - gone;
      const units = (count + 2) >> 1;
      if (u8[c] === 0) {
        const symbol = u8[stats];
        const successor = this.successor(stats);
        const freq = Math.min(Math.floor((2 * u8[stats + 1] + escape - 1) / escape), Math.floor(MAX_FREQ / 3));
        this.insertNode(stats, UNITS_TO_INDEX[units]);
        u8[c + 1] = (u8[c + 1] & 0x10) + high(symbol);
        this.found = c + 2;
        u8[c + 2] = symbol;
        u8[c + 3] = freq;
        this.setSuccessor(c + 2, successor);
        return;
      }
      const left = (u8[c] + 2) >> 1;
      if (units !== left) u32[(c + 4) >> 2] = this.shrinkUnits(stats, units, left);
      let flags = u8[c + 1] & ~0x08;
      s = this.stats(c);
      for (let i = u8[c]; i >= 0; i--, s += 6) flags |= high(u8[s]);
      u8[c + 1] = flags;
    }
    u16[(c + 2) >> 1] = sum + escape - (escape >> 1);
    u8[c + 1] |= 0x4;
    this.found = this.stats(c);
  }

  nextContext() {
    const c = this.successor(this.found);
    if (this.orderFall === 0 && c >= this.unitsStart) {
      this.minContext = this.maxContext = c;
    } else {
      this.updateModel();
      this.minContext = this.maxContext;
    }
  }

  /** The found state of the least context, which is not its first one, gains. */
  update() {
    const { u8, u16 } = this;
    const s = this.found;
    u8[s + 1] += 4;
    u16[(this.minContext + 2) >> 1] += 4;
    if (u8[s + 1] > u8[s - 5]) {
      this.swapStates(s, s - 6);
      this.found = s - 6;
      if (u8[this.found + 1] > MAX_FREQ) this.rescale();
    }
    this.nextContext();
  }

  /** The same for the first one. */
  updateFirst() {
    const { u8, u16 } = this;
    const sum = (this.minContext + 2) >> 1;
    this.prevSuccess = 2 * u8[this.found + 1] >= u16[sum] ? 1 : 0;
    this.runLength += this.prevSuccess;
    u16[sum] += 4;
    u8[this.found + 1] += 4;
    if (u8[this.found + 1] > MAX_FREQ) this.rescale();
    this.nextContext();
  }

  /** The same behind an escape. */
  updateEscaped() {
    const { u8, u16 } = this;
    u16[(this.minContext + 2) >> 1] += 4;
    u8[this.found + 1] += 4;
    if (u8[this.found + 1] > MAX_FREQ) this.rescale();
    this.runLength = this.initRL;
    this.updateModel();
    this.minContext = this.maxContext;
  }

  updateBin() {
    if (this.u8[this.found + 1] < 196) this.u8[this.found + 1]++;
    this.prevSuccess = 1;
    this.runLength++;
    this.nextContext();
  }

  /** Where the probability of a context of one state lies. */
  binary() {
    const c = this.minContext;
    const column =
      COUNT_TO_BINARY[this.u8[this.suffix(c)]] + this.prevSuccess + this.u8[c + 1] + ((this.runLength >> 26) & 0x20);
    return 64 * COUNT_TO_INDEX[this.u8[c + 3] - 1] + column;
  }

  /** The estimate of an escape; `escape` is its frequency. @param {number} masked @returns {number} */
  makeEscape(masked) {
    const c = this.minContext;
    const count = this.u8[c];
    if (count === 0xff) {
      this.escape = 1;
      return DUMMY;
    }
    const see =
      32 * (COUNT_TO_INDEX[count + 2] - 3) +
      (this.u16[(c + 2) >> 1] > 11 * (count + 1) ? 1 : 0) +
      (2 * count < this.u8[this.suffix(c)] + masked ? 2 : 0) +
      this.u8[c + 1];
    const r = this.seeSumm[see] >> this.seeShift[see];
    this.seeSumm[see] -= r;
    this.escape = r + (r === 0 ? 1 : 0);
    return see;
  }

  /** @param {number} see */
  updateSee(see) {
    if (this.seeShift[see] < PERIOD_BITS && --this.seeCount[see] === 0) {
      this.seeSumm[see] <<= 1;
      this.seeCount[see] = 3 << this.seeShift[see]++;
    }
  }

  /** Goes down to the next context that has other states; false at the end. */
  descend() {
    const masked = this.u8[this.minContext];
    do {
      this.orderFall++;
      const c = this.suffix(this.minContext);
      if (!c) return false;
      this.minContext = c;
    } while (this.u8[this.minContext] === masked);
    return true;
  }

  /** Masks all states of the least context. */
  maskAll() {
    const { u8, masked } = this;
    let s = this.stats(this.minContext);
    for (let i = u8[this.minContext]; i >= 0; i--, s += 6) masked[u8[s]] = 1;
  }

  /**
   * Codes a symbol; the coder says which one it is where it decodes.
   * @param {Coder} coder @param {number} symbol -1 where `coder` finds it
   * @returns {number} the symbol, or -1 at the end mark or where no symbol fits
   */
  step(coder, symbol) {
    const { u8, u16, masked } = this;
    masked.fill(0);
    if (u8[this.minContext]) {
      const total = u16[(this.minContext + 2) >> 1];
      const target = coder.target(total);
      let s = this.stats(this.minContext);
      let sum = 0;
      for (let i = u8[this.minContext]; i >= 0; i--, s += 6) {
        const freq = u8[s + 1];
        if (symbol < 0 ? target < sum + freq : u8[s] === symbol) {
          coder.take(sum, freq);
          this.found = s;
          const got = u8[s];
          if (sum === 0) {
            this.updateFirst();
          } else {
            this.prevSuccess = 0;
            this.update();
          }
          return got;
        }
        sum += freq;
      }
      this.prevSuccess = 0;
      if (target >= total) return -1;
      coder.take(sum, total - sum);
      this.maskAll();
    } else {
      const at = this.binary();
      const probability = this.binSumm[at];
      const s = this.minContext + 2;
      const target = coder.targetBit();
      if (symbol < 0 ? target < probability : u8[s] === symbol) {
        coder.take(0, probability);
        this.binSumm[at] = probability + (1 << PERIOD_BITS) - mean(probability);
        this.found = s;
        const got = u8[s];
        this.updateBin();
        return got;
      }
      coder.take(probability, SCALE - probability);
      this.binSumm[at] = probability - mean(probability);
      this.initEsc = EXP_ESCAPE[this.binSumm[at] >> 10];
      masked[u8[s]] = 1;
      this.prevSuccess = 0;
    }
    for (;;) {
      const before = u8[this.minContext];
      if (!this.descend()) return -1;
      const see = this.makeEscape(before);
      const first = this.stats(this.minContext);
      const last = first + 6 * u8[this.minContext];
      let sum = 0;
      for (let s = first; s <= last; s += 6) if (!masked[u8[s]]) sum += u8[s + 1];
      const total = sum + this.escape;
      const target = coder.target(total);
      let below = 0;
      for (let s = first; s <= last; s += 6) {
        if (masked[u8[s]]) continue;
        if (symbol < 0 ? target < below + u8[s + 1] : u8[s] === symbol) {
          coder.take(below, u8[s + 1]);
          this.updateSee(see);
          this.found = s;
          const got = u8[s];
          this.updateEscaped();
          return got;
        }
        below += u8[s + 1];
      }
      if (target >= total) return -1;
      coder.take(sum, this.escape);
      this.seeSumm[see] += total;
      this.maskAll();
    }
  }
}

/**
 * @typedef {object} Coder
 * @property {(total: number) => number} target divides the range; where it decodes, says which share the code lies in
 * @property {() => number} targetBit the same for a total of 2^14, by a shift
 * @property {(start: number, size: number) => void} take
 */

class RangeCoder {
  low = 0;
  range = 0xffffffff;

  /** @param {number} total */
  divide(total) {
    this.range = Math.floor(this.range / total);
  }

  divideForBit() {
    this.range >>>= 14;
  }

  /** @param {number} start @param {number} size */
  take(start, size) {
    this.low = (this.low + Math.imul(start, this.range)) >>> 0;
    this.range = Math.imul(this.range, size) >>> 0;
    for (;;) {
      if ((this.low ^ (this.low + this.range)) >>> 0 >= TOP) {
        if (this.range >= BOTTOM) return;
        this.range = -this.low & (BOTTOM - 1);
      }
      this.shift();
      this.range = (this.range << 8) >>> 0;
      this.low = (this.low << 8) >>> 0;
    }
  }

  shift() {}
}

/** @implements {Coder} */
export class RangeEncoder extends RangeCoder {
  constructor() {
    super();
    /** @type {number[]} */
    this.out = [];
  }

  /** @param {number} total */
  target(total) {
    this.divide(total);
    return 0;
  }

  targetBit() {
    this.divideForBit();
    return 0;
  }

  shift() {
    this.out.push(this.low >>> 24);
  }
}

/** Reads zeros behind the last byte. @implements {Coder} */
export class RangeDecoder extends RangeCoder {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    super();
    this.bytes = bytes;
    this.at = 0;
    this.code = 0;
    for (let i = 0; i < 4; i++) this.shift();
    this.good = this.code < 0xffffffff;
  }

  /** @param {number} total */
  target(total) {
    this.divide(total);
    // Nothing fits a range of 0, which no encoder leaves.
    return this.range ? Math.floor(this.code / this.range) : total;
  }

  targetBit() {
    this.divideForBit();
    return Math.floor(this.code / this.range);
  }

  /** @param {number} start @param {number} size */
  take(start, size) {
    this.code = (this.code - Math.imul(start, this.range)) >>> 0;
    super.take(start, size);
  }

  shift() {
    this.code = ((this.code << 8) | (this.at < this.bytes.length ? this.bytes[this.at] : 0)) >>> 0;
    this.at++;
  }
}
