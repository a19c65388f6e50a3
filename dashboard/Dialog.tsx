import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

type Properties = {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
};

/** A modal dialog. When it closes, the focus is where it was before. */
export function Dialog({ title, onClose, children }: Properties) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isShown = useRef(true);
  const titleId = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    return () => {
      isShown.current = false;
      // Nothing behind a modal dialog can have the focus while it is open.
      element?.close();
      const isThere = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
      (isThere ? opener : document.getElementById("content"))?.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // A browser closes it without asking where Escape is pressed twice. The event comes late: another dialog may be open by then.
      onClose={() => {
        if (isShown.current) onClose();
      }}
    >
      <h2 id={titleId} class="title">
        {title}
      </h2>
      {children}
    </dialog>
  );
}
