import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

type Properties = {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
};

/** A modal dialog. When it closes, the focus is where it was before. */
export function Dialog({ title, onClose, children }: Properties) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      const isThere = opener instanceof HTMLElement && opener.isConnected;
      (isThere ? opener : document.getElementById("content"))?.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onClose={onClose}>
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}
