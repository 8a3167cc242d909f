import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

import { useKeptPlace } from "../state/keep-place.ts";
import { goBack } from "../state/location.ts";
import { Icon } from "../ui/icon.tsx";

interface Props {
  readonly title: string;
  /** Content is there, so the reader can be put back into place. */
  readonly ready: boolean;
  readonly back?: boolean;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** One page of the reading column, under a heading that stays in sight. */
export function Page({ title, ready, back = false, actions, children }: Props) {
  useKeptPlace(ready);
  useEffect(() => {
    document.title = `${title} · Edgewise`;
  }, [title]);
  return (
    <>
      <header class="page-head">
        {back && (
          <button type="button" class="icon-button" aria-label="Back" onClick={goBack}>
            <Icon name="back" />
          </button>
        )}
        <h1>{title}</h1>
        {actions}
      </header>
      {children}
    </>
  );
}
