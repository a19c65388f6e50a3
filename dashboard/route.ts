import { useEffect, useState } from "preact/hooks";

/** What is shown; it is in the address behind `#`, so that a reload and the browser's history work. */
export type Route =
  | { view: "fleet" }
  | { view: "runs" }
  | { view: "organization"; id: string }
  | { view: "run"; id: string };

export const hrefOf = (route: Route): string => {
  if (route.view === "fleet") return "#/";
  if (route.view === "runs") return "#/runs";
  return `#/${route.view}/${encodeURIComponent(route.id)}`;
};

function routeOf(hash: string): Route {
  const [, view, id = ""] = hash.split("/");
  if (view === "runs") return { view };
  if ((view === "organization" || view === "run") && id !== "") return { view, id: decoded(id) };
  return { view: "fleet" };
}

/** An address that was typed may hold a stray percent sign. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => setHash(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return routeOf(hash);
}
