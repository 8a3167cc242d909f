import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

import { useStore } from "../../app/state/store.ts";
import { operatorStore, whyNotAct } from "../state/session.ts";
import { type Action, askAction } from "./action-store.ts";

interface Props {
  readonly action: Action;
  readonly children: ComponentChildren;
  readonly danger?: boolean;
  /** Why it makes no sense now; null: it does. */
  readonly whyNot?: string | null;
  /** What it acts on, for whoever hears it outside its row. */
  readonly of?: string;
}

/** Opens the one dialog that every action goes through; off, with the reason, for whoever may only look. */
export function ActButton({ action, children, danger = false, whyNot = null, of }: Props) {
  const reasonId = useId();
  const reason = whyNotAct(useStore(operatorStore)) ?? whyNot;
  return (
    <span class="act">
      <button
        type="button"
        class={`button button-small ${danger ? "button-danger" : "button-quiet"}`}
        disabled={reason !== null}
        title={reason ?? undefined}
        aria-describedby={reason === null ? undefined : reasonId}
        onClick={() => askAction(action)}
      >
        {children}
        {of !== undefined && <span class="sr-only"> {of}</span>}
      </button>
      {reason !== null && (
        <span id={reasonId} class="sr-only">
          {reason}
        </span>
      )}
    </span>
  );
}
