import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export type Admission =
  /** It has the cookie; `path` is what it asks for. */
  | { kind: "admitted"; path: string; query: URLSearchParams }
  /** It came by the address that was printed. */
  | { kind: "exchanged"; location: string; cookie: string }
  | { kind: "refused"; status: 401 | 403 | 404 | 405; message: string };

type Request = { method: string; url: string; headers: IncomingHttpHeaders };

const COOKIE = "v2-rollout";

/**
 * Decides who may use the page: whoever comes by an address with a token, which opens the page once, and from then on has a
 * cookie.
 */
export class Access {
  readonly #origin: string;
  /**
   * The page is in a folder whose name nobody can guess. Cookies do not tell ports apart: without it, the browser would show the
   * cookie to every other server on this machine.
   */
  readonly #folder = `/${secret()}/`;
  readonly #cookie = secret();
  #token: string | null = null;

  constructor(readonly port: number) {
    this.#origin = `http://127.0.0.1:${port}`;
  }

  /** An address that opens the page once; the one before no longer does. */
  newAddress(): string {
    this.#token = secret();
    return `${this.#origin}/?token=${this.#token}`;
  }

  admit({ method, url, headers }: Request): Admission {
    // Another site may have given its name this machine's address.
    if (headers.host !== `127.0.0.1:${this.port}`) {
      return refused(403, `Open ${this.#origin}, as the program printed it: other names of it are refused.`);
    }
    const { origin } = headers;
    const isRead = method === "GET";
    if (!isRead && method !== "POST") return refused(405, "Only GET and POST are answered.");
    if (origin === undefined ? !isRead : origin !== this.#origin) {
      const why = origin === undefined ? "A write needs an Origin." : "Another site asked for this.";
      return refused(403, why);
    }
    const target = URL.canParse(url, this.#origin) ? new URL(url, this.#origin) : null;
    if (target === null) return refused(404, NOTHING);
    const token = target.searchParams.get("token");
    if (isRead && target.pathname === "/" && token !== null) return this.#exchange(token);
    if (!this.#hasCookie(headers.cookie)) return refused(401, UNKNOWN);
    if (!target.pathname.startsWith(this.#folder)) return refused(404, NOTHING);
    return {
      kind: "admitted",
      path: target.pathname.slice(this.#folder.length),
      query: target.searchParams,
    };
  }

  #exchange(token: string): Admission {
    if (this.#token === null || !isSame(token, this.#token)) return refused(401, UNKNOWN);
    this.#token = null;
    const cookie = `${COOKIE}=${this.#cookie}; HttpOnly; SameSite=Strict; Path=${this.#folder}`;
    return { kind: "exchanged", location: this.#folder, cookie };
  }

  #hasCookie(header: string | undefined): boolean {
    const values = (header ?? "").split(/; */).flatMap((pair) => {
      const [name, value = ""] = pair.split("=");
      return name === COOKIE ? [value] : [];
    });
    return values.some((value) => isSame(value, this.#cookie));
  }
}

const NOTHING = "There is nothing here.";
const UNKNOWN =
  "Open the address that the program printed. It opens the page once, in one browser; for another address, press Enter in the terminal, or start the program again.";

const refused = (status: 401 | 403 | 404 | 405, message: string): Admission => ({
  kind: "refused",
  status,
  message,
});

const secret = (): string => randomBytes(32).toString("hex");

/** Takes the same time for every text, of whatever length. */
const isSame = (given: string, known: string): boolean => timingSafeEqual(digest(given), digest(known));

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
