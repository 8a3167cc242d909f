import { entriesContract } from "./contract-entries.ts";
import { eventsContract } from "./contract-events.ts";
import { ownWritesContract } from "./contract-own.ts";
import type { TestCache } from "./drivers.ts";

/** What readers and fan-out may rely on, whatever keeps the feeds. */
export function feedCacheContract(name: string, start: () => Promise<TestCache>): void {
  entriesContract(name, start);
  eventsContract(name, start);
  ownWritesContract(name, start);
}
