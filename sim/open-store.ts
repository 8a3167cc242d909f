import type { GraphStore } from "../core/tao/store.ts";
import type { Database } from "./database.ts";
import { EmbeddedStore } from "./embedded-store.ts";
import type { StoreKind } from "./faults.ts";
import type { Life } from "./network.ts";
import { RemoteStore } from "./remote-store.ts";
import type { StorePorts } from "./store-port.ts";

/** @throws DeposedError when a newer epoch than `epoch` has begun there; anything else is worth a retry. */
export function openStore(
  life: Life,
  database: Database,
  kind: StoreKind,
  epoch: number,
  ports: StorePorts,
): Promise<GraphStore> {
  return (kind === "embedded" ? EmbeddedStore : RemoteStore).open(life, database, epoch, ports);
}
