import { userInfo } from "node:os";

/** The name of the user of this machine, where the functions take it as one. */
export function userName(): string | undefined {
  try {
    const { username } = userInfo();
    return /^[\x21-\x7e]{1,128}$/.test(username) ? username : undefined;
  } catch {
    return undefined;
  }
}
