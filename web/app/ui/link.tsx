import type { AnchorHTMLAttributes, ComponentChildren } from "preact";

import { navigate } from "../state/location.ts";

interface Props extends Pick<
  AnchorHTMLAttributes<HTMLAnchorElement>,
  "aria-current" | "aria-hidden" | "aria-label" | "tabIndex" | "title"
> {
  readonly to: string;
  readonly class?: string;
  readonly children: ComponentChildren;
  readonly onClick?: ((event: MouseEvent) => void) | undefined;
}

/** A link within the app. A click that asks for a new tab is the browser's. */
export function Link({ to, children, onClick, ...rest }: Props) {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
