/** Calls of workers. Messages are {id, call, args}, answers {id, value} or {id, error}. @module */

/**
 * Lets a worker answer calls.
 * @param {Record<string, (...args: any) => Promise<any>>} calls
 */
export function answer(calls) {
  onmessage = async ({ data: { id, call, args } }) => {
    try {
      postMessage({ id, value: await calls[call](...args) });
    } catch (error) {
      const { cause, message } = /** @type {any} */ (error);
      postMessage({ id, error: { cause: cause ?? "fault", message: message ?? String(error) } });
    }
  };
}

export class Remote {
  /** @param {URL} script of the worker */
  constructor(script) {
    this.worker = new Worker(script, { type: "module" });
    this.last = 0;
    /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
    this.waiting = new Map();
    this.worker.onmessage = ({ data: { id, value, error } }) => {
      const promise = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) promise?.reject(Object.assign(new Error(error.message), { cause: error.cause }));
      else promise?.resolve(value);
    };
    this.worker.onerror = (event) => {
      for (const promise of this.waiting.values()) promise.reject(new Error(event.message));
      this.waiting.clear();
    };
  }

  /** @param {string} call @param {...any} args @returns {Promise<any>} */
  call(call, ...args) {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, call, args });
    });
  }
}

/**
 * Runs a task for the newest arguments only: those that come while it runs replace each other.
 * @template {any[]} Args
 * @param {(...args: Args) => Promise<void>} task
 * @returns {(...args: Args) => Promise<void>}
 */
export function newest(task) {
  /** @type {Args | null} */
  let next = null;
  /** @type {Promise<void> | null} */
  let running = null;
  return (...args) => {
    next = args;
    running ??= (async () => {
      /** @type {unknown[]} */
      const faults = [];
      while (next) {
        const now = next;
        next = null;
        faults.length = 0; // of arguments that are no longer asked for
        await task(...now).catch((fault) => faults.push(fault));
      }
      running = null;
      if (faults.length) throw faults[0];
    })();
    return running;
  };
}
