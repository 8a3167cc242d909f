import { absoluteTime, relativeTime } from "../format/time.ts";
import { nowStore } from "../state/now.ts";
import { useStore } from "../state/store.ts";

/** A relative time with the exact one a hover away. */
export function Time({ ms }: { ms: number }) {
  const now = useStore(nowStore);
  return (
    <time dateTime={new Date(ms).toISOString()} title={absoluteTime(ms)}>
      {relativeTime(ms, now)}
    </time>
  );
}
