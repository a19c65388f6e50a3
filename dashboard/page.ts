import { type ComponentChild, createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Snapshot } from "../cli/dashboard/protocol.js";

/** What every part of the page can use. */
export type Page = {
  snapshot: Snapshot;
  nowMs: number;
  /** Nothing that is shown can be trusted to be so still. */
  isStale: boolean;
  /** Who acts: one name for all dialogs of this visit. */
  by: string;
  setBy: (name: string) => void;
  /** Shows a dialog, or none. */
  show: (dialog: ComponentChild) => void;
  /** Says what was done, on the page and to a screen reader. */
  say: (text: string) => void;
};

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error("there is no page around this");
  return page;
}
