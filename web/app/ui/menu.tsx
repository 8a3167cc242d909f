import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { Icon, type IconName } from "./icon.tsx";

export interface MenuItem {
  readonly label: string;
  readonly hint?: string;
  readonly icon?: IconName;
  readonly tone?: "danger";
  readonly checked?: boolean;
  readonly run: () => void;
}

interface Props {
  /** Spoken name of the button. */
  readonly label: string;
  readonly button: ComponentChildren;
  readonly buttonClass?: string;
  readonly items: readonly MenuItem[];
  readonly align?: "start" | "end";
  readonly action?: string;
  readonly disabled?: boolean;
}

/** A button with a menu: arrow keys move, Escape closes and returns to the button. */
export function Menu({
  label,
  button,
  buttonClass = "icon-button",
  items,
  align = "end",
  action,
  disabled,
}: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const close = (): void => setOpen(false);
  useOutside(root, open, close);
  useLayoutEffect(() => {
    if (open) itemsOf(root.current)[0]?.focus();
  }, [open]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open) return;
    const all = itemsOf(root.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) all[(at + step + all.length) % all.length]?.focus();
    else if (event.key === "Escape") root.current?.querySelector("button")?.focus();
    if (event.key === "Escape" || event.key === "Tab") close();
    if (step !== undefined || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  return (
    <div class="menu-root" ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        class={buttonClass}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        data-action={action}
        disabled={disabled}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div class={`menu menu-${align}`} role="menu" aria-label={label}>
          {items.map((item) => (
            <MenuRow key={item.label} item={item} close={close} />
          ))}
        </div>
      )}
    </div>
  );
}

function MenuRow({ item, close }: { item: MenuItem; close: () => void }) {
  return (
    <button
      type="button"
      role={item.checked === undefined ? "menuitem" : "menuitemradio"}
      aria-checked={item.checked}
      class={`menu-item ${item.tone === "danger" ? "danger" : ""}`}
      tabIndex={-1}
      onClick={() => {
        close();
        item.run();
      }}
    >
      {item.icon && <Icon name={item.icon} />}
      <span class="menu-text">
        {item.label}
        {item.hint && <small>{item.hint}</small>}
      </span>
      {item.checked && <Icon name="check" size={18} />}
    </button>
  );
}

const itemsOf = (root: HTMLElement | null): HTMLElement[] => [
  ...(root?.querySelectorAll<HTMLElement>(".menu button") ?? []),
];

/** Calls `close` on a press anywhere else while `open`. */
export function useOutside(
  rootRef: { readonly current: HTMLElement | null },
  open: boolean,
  close: () => void,
): void {
  const closeRef = useRef(close);
  useEffect(() => {
    closeRef.current = close;
  });
  useEffect(() => {
    if (!open) return undefined;
    const onPress = (event: PointerEvent): void => {
      if (!rootRef.current?.contains(event.target as Node)) closeRef.current();
    };
    addEventListener("pointerdown", onPress);
    return () => removeEventListener("pointerdown", onPress);
  }, [rootRef, open]);
}
