// @ts-check

/**
 * Sets up the global object of the functions' realm. It is compiled inside that realm from its own text,
 * so it may use nothing from around it; `host` is what the outside lends. Promises, errors, arrays and
 * bytes that functions receive have to be made here: `instanceof` knows only the classes of its realm.
 *
 * @param {any} realm
 * @param {any} host
 */
export function installRealm(realm, host) {
  const define = (/** @type {string} */ name, /** @type {unknown} */ value, on = realm) =>
    Object.defineProperty(on, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: false,
    });

  /** @type {Record<string, any>} */
  const errors = { TypeError, RangeError, SyntaxError };
  const adoptError = (/** @type {any} */ outside) => {
    const known = errors[outside?.name];
    const error = new (known ?? Error)(String(outside?.message ?? outside));
    if (known === undefined && typeof outside?.name === "string") {
      error.name = outside.name;
    }
    return error;
  };
  const adopt = (/** @type {any} */ value) => {
    if (host.isBuffer(value)) {
      return new Uint8Array(new Uint8Array(value)).buffer;
    }
    return value;
  };
  const call = (/** @type {(...values: any[]) => any} */ outside, /** @type {any[]} */ values) => {
    try {
      return adopt(outside(...values));
    } catch (error) {
      throw adoptError(error);
    }
  };
  const callAsync = async (/** @type {(...values: any[]) => any} */ outside, /** @type {any[]} */ values) => {
    try {
      return adopt(await outside(...values));
    } catch (error) {
      throw adoptError(error);
    }
  };
  const lend =
    (/** @type {(...values: any[]) => any} */ outside) =>
    (/** @type {any[]} */ ...values) =>
      call(outside, values);
  const lendAsync =
    (/** @type {(...values: any[]) => any} */ outside) =>
    (/** @type {any[]} */ ...values) =>
      callAsync(outside, values);
  const lendClass = (/** @type {any} */ Outside) =>
    new Proxy(Outside, {
      construct: (target, values, newTarget) => {
        try {
          return Reflect.construct(target, values, newTarget);
        } catch (error) {
          throw adoptError(error);
        }
      },
    });

  // The bridge to the database: strings in, strings out.
  const asyncSyscall = (/** @type {string} */ op, /** @type {string} */ args) =>
    new Promise((resolve, reject) => {
      host.asyncSyscall(op, args, resolve, (/** @type {string} */ message, /** @type {string?} */ data) => {
        const error = /** @type {any} */ (new Error(message));
        if (data !== null) {
          error.data = JSON.parse(data);
        }
        reject(error);
      });
    });
  define("Convex", {
    syscall: lend(host.syscall),
    asyncSyscall,
    jsSyscall: lendAsync(host.jsSyscall),
  });

  /** @type {Record<string, (...values: unknown[]) => void>} */
  const console = {};
  const levels = {
    debug: "DEBUG",
    info: "INFO",
    log: "LOG",
    warn: "WARN",
    error: "ERROR",
    trace: "LOG",
  };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...values) => host.log(level, values);
  }
  for (const method of ["assert", "count", "dir", "group", "groupEnd", "table", "time", "timeEnd"]) {
    console[method] = () => {};
  }
  define("console", console);

  // The constructor stands in for the realm's own, so that `new Date()` and `Date()` read the same clock.
  const RealDate = Date;
  const now = () => /** @type {number} */ (host.now());
  /** @type {any} */
  const FrozenDate = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
  });
  define("now", now, RealDate);
  define("constructor", FrozenDate, RealDate.prototype);
  define("Date", FrozenDate);
  define("performance", Object.freeze({ now: () => host.elapsed(), timeOrigin: host.timeOrigin }));
  define("process", Object.freeze({ env: Object.freeze(JSON.parse(host.env)) }));

  for (const name of ["setTimeout", "setInterval", "clearTimeout", "clearInterval"]) {
    define(name, (/** @type {any[]} */ ...values) => call(host.timers[name], values));
  }
  define("queueMicrotask", (/** @type {() => void} */ task) => void Promise.resolve().then(task));

  // Convex never runs finalizers, and its decoder never refuses bytes.
  define(
    "FinalizationRegistry",
    class {
      register() {}
      unregister() {
        return false;
      }
    },
  );
  define(
    "TextEncoder",
    class TextEncoder {
      #outside = new host.TextEncoder();
      get encoding() {
        return "utf-8";
      }
      encode(text = "") {
        return new Uint8Array(this.#outside.encode(text));
      }
      encodeInto(/** @type {string} */ text, /** @type {Uint8Array} */ into) {
        const { read, written } = call(() => this.#outside.encodeInto(text, into), []);
        return { read, written };
      }
    },
  );
  define(
    "TextDecoder",
    class TextDecoder {
      #outside;
      /** @param {string} label */
      constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
        this.#outside = call(() => new host.TextDecoder(label, { ignoreBOM }), []);
        this.fatal = fatal;
        this.ignoreBOM = ignoreBOM;
      }
      get encoding() {
        return this.#outside.encoding;
      }
      decode(/** @type {any} */ bytes, /** @type {any} */ options) {
        return call(() => this.#outside.decode(bytes, options), []);
      }
    },
  );
  define("fromBase64", (/** @type {string} */ text) => new Uint8Array(host.fromBase64(text)), Uint8Array);

  define("atob", lend(host.atob));
  define("btoa", lend(host.btoa));
  /** @type {Record<string, unknown>} */
  const subtle = {};
  for (const method of host.subtleMethods) {
    subtle[method] = lendAsync((...values) => host.crypto.subtle[method](...values));
  }
  define("crypto", {
    subtle,
    randomUUID: () => host.crypto.randomUUID(),
    getRandomValues: lend((bytes) => host.crypto.getRandomValues(bytes)),
  });

  for (const [name, Outside] of Object.entries(host.classes)) {
    define(name, lendClass(Outside));
  }
  // What these read comes as bytes or text of the outer realm; text is the same in both.
  const readers = { text: "text", json: "text", arrayBuffer: "arrayBuffer" };
  /** @type {Record<string, any>} */
  const bodies = {};
  for (const [name, Outside] of Object.entries(host.bodies)) {
    const Body = class extends /** @type {any} */ (Outside) {};
    for (const [method, outer] of Object.entries(readers)) {
      if (method in Outside.prototype) {
        /** @this {any} @param {any[]} values */
        const read = async function (...values) {
          const value = await callAsync((...all) => Outside.prototype[outer].apply(this, all), values);
          return method === "json" ? JSON.parse(value) : value;
        };
        define(method, read, Body.prototype);
      }
    }
    define("name", name, Body);
    bodies[name] = Body;
    define(name, lendClass(Body));
  }
  define("fetch", async (/** @type {any[]} */ ...values) => {
    const response = await callAsync(host.fetch, values);
    return Object.setPrototypeOf(response, bodies.Response.prototype);
  });

  define("structuredClone", (/** @type {unknown} */ value) => clone(value, new Map()));

  /**
   * @param {any} value
   * @param {Map<unknown, unknown>} seen
   * @returns {any}
   */
  function clone(value, seen) {
    if (typeof value === "function" || typeof value === "symbol") {
      throw new TypeError("a function or a symbol cannot be cloned");
    }
    if (typeof value !== "object" || value === null) {
      return value;
    }
    if (seen.has(value)) {
      return seen.get(value);
    }
    const keep = (/** @type {any} */ copy) => {
      seen.set(value, copy);
      return copy;
    };
    if (value instanceof RealDate) {
      return keep(new RealDate(value.getTime()));
    }
    if (value instanceof ArrayBuffer) {
      return keep(value.slice(0));
    }
    if (ArrayBuffer.isView(value)) {
      const view = /** @type {any} */ (value);
      const buffer = clone(view.buffer, seen);
      const length = view instanceof DataView ? view.byteLength : view.length;
      return keep(new view.constructor(buffer, view.byteOffset, length));
    }
    if (value instanceof RegExp) {
      return keep(new RegExp(value.source, value.flags));
    }
    if (value instanceof Map) {
      const copy = keep(new Map());
      for (const [key, item] of value) {
        copy.set(clone(key, seen), clone(item, seen));
      }
      return copy;
    }
    if (value instanceof Set) {
      const copy = keep(new Set());
      for (const item of value) {
        copy.add(clone(item, seen));
      }
      return copy;
    }
    if (value instanceof Error) {
      const copy = keep(new (errors[value.name] ?? Error)(value.message));
      define("stack", value.stack, copy);
      return copy;
    }
    const copy = keep(Array.isArray(value) ? new Array(value.length) : {});
    for (const key of Object.keys(value)) {
      copy[key] = clone(value[key], seen);
    }
    return copy;
  }
}
