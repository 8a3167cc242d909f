import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { Client } from "@planetscale/database";

import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import type { GraphStore } from "../../core/tao/store.ts";
import { mysqlDatabase } from "../../db/mysql-client.ts";
import { MysqlStore } from "../../db/mysql-store.ts";
import { ROOT } from "../../deploy/workers.ts";
import { START_MS } from "../db/scribe.ts";

/** What happens to the next request whose SQL matches. */
export type Fault =
  /** It never arrives. */
  | "unsent"
  /** It is carried out, and the answer is lost. */
  | "unanswered"
  /** It arrives only when `late` says so; its sender has given up. */
  | "delayed";

/** The way from one leader to the database: counts round trips, and fails on purpose. */
export class Wire {
  isCut = false;
  readonly queries: string[] = [];
  readonly #faults: { readonly pattern: RegExp; readonly fault: Fault }[] = [];
  readonly #held: { readonly pattern: RegExp; readonly until: Promise<void> }[] = [];
  #late: (() => Promise<unknown>)[] = [];

  fail(pattern: RegExp, fault: Fault): void {
    this.#faults.push({ pattern, fault });
  }

  /** Keeps back the next request that matches. @returns how to let it go. */
  hold(pattern: RegExp): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.push({ pattern, until: promise });
    return resolve;
  }

  /** Delivers what was delayed. */
  async late(): Promise<void> {
    const late = this.#late;
    this.#late = [];
    for (const send of late) await send();
  }

  fetch = async (input: string, init: { readonly body: string }): Promise<Response> => {
    const { query } = JSON.parse(init.body) as { query: string };
    this.queries.push(query);
    if (this.isCut) throw new Error("the store is away");
    const held = this.#held.findIndex(({ pattern }) => pattern.test(query));
    if (held >= 0) await this.#held.splice(held, 1)[0]?.until;
    const place = this.#faults.findIndex(({ pattern }) => pattern.test(query));
    const { fault } =
      place < 0 ? { fault: null } : (this.#faults.splice(place, 1)[0] ?? { fault: null });
    const send = () => fetch(input, { ...init, signal: null });
    if (fault === "delayed") this.#late.push(send);
    if (fault === "unanswered") await (await send()).text();
    if (fault !== null) throw new Error(`connection lost: ${fault}`);
    return fetch(input, init);
  };
}

const BREAKPOINT = "--> statement-breakpoint";

export interface OpenedStore {
  readonly store: MysqlStore;
  readonly wire: Wire;
  readonly reports: unknown[];
  /** Waits for the background work so far. */
  idle(): Promise<void>;
}

export async function openStore(
  url: string,
  shard: PhysicalShard,
  epoch = 1,
): Promise<OpenedStore> {
  const wire = new Wire();
  const reports: unknown[] = [];
  const background: Promise<unknown>[] = [];
  const store = await MysqlStore.open(
    shard,
    {
      db: mysqlDatabase({ url, timeoutMs: 5_000, fetch: wire.fetch as never }),
      clock: { nowMs: () => START_MS },
      writer: randomUUID(),
      defer: (work) => background.push(work),
      report: (_, error) => reports.push(error),
    },
    epoch,
  );
  const idle = async () => void (await Promise.all(background));
  return { store, wire, reports, idle };
}

/** Applies the migrations as they are in the repository. */
export async function migrate(url: string): Promise<void> {
  const client = new Client({ url });
  const folder = path.join(ROOT, "db/migrations");
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .toSorted())
    for (const statement of readFileSync(path.join(folder, name), "utf8").split(BREAKPOINT))
      await client.execute(statement);
}

/** Rows asked for by these opIds alone. */
export const opIds = (...ids: string[]) => ({
  objects: [],
  assocs: [],
  lists: [],
  idShards: [],
  sources: [],
  opIds: ids,
});
/** Those of `ids` that have an answer in the store. */
export const answered = async (store: GraphStore, ...ids: string[]) =>
  (await store.planRows(opIds(...ids))).ops.map(({ opId }) => opId);
