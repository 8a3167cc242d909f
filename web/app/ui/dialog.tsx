import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { Icon } from "./icon.tsx";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly className?: string;
  /** Hides the heading and its close button; the title still names the dialog. */
  readonly bare?: boolean;
}

/** The browser's modal dialog: it keeps the focus inside, and Escape closes it. */
export function Dialog({ title, onClose, children, className = "", bare = false }: Props) {
  const dialogRef = useRef<HTMLDialogElement>(null);
  // At once, so that what is typed next already goes into the dialog.
  useLayoutEffect(() => {
    const opener = document.activeElement;
    dialogRef.current?.showModal();
    dialogRef.current?.querySelector<HTMLElement>("[data-first-focus]")?.focus();
    return () => {
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={dialogRef}
      class={`dialog ${className}`}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === dialogRef.current) onClose();
      }}
    >
      {!bare && (
        <header class="dialog-head">
          <h2>{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
      )}
      {children}
    </dialog>
  );
}
