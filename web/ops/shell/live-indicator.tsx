import { explain } from "../../app/data/problem.ts";
import { useStore } from "../../app/state/store.ts";
import { pollStore, refreshNow } from "../data/sections.ts";
import { ago, span } from "../format.ts";
import { clockStore } from "../state/clock.ts";

/** How old what the page shows is, and whether it is being asked for. */
export function LiveIndicator() {
  const state = useStore(pollStore);
  const nowMs = useStore(clockStore);
  const { answeredMs, error, nextMs, paused } = state;
  const age = answeredMs === null ? "No answer yet" : `Updated ${ago(answeredMs, nowMs)}`;
  if (paused) return <span class="ops-live">Paused · {age}</span>;
  if (error === null)
    return (
      <span class={`ops-live ${answeredMs === null ? "" : "ops-live-good"}`}>
        <span class="ops-dot" aria-hidden="true" />
        {age}
      </span>
    );
  const again = nextMs === null ? "asking" : `again in ${span(nextMs - nowMs)}`;
  return (
    <span class="ops-live ops-live-bad" title={explain(error)}>
      <span class="ops-dot" aria-hidden="true" />
      <span>
        No answer, {again} · {age}
      </span>
      <button type="button" class="text-button" onClick={refreshNow}>
        Try now
      </button>
    </span>
  );
}
