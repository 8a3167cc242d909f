import { setTimeout as sleep } from "node:timers/promises";

import { ErrorReply } from "@redis/client";

import { type Command, isForReplica } from "./commands.ts";
import { type Connection, connectTo, runAll } from "./connection.ts";
import { type Lag, startLag } from "./lag.ts";
import { isAtLeast, type Place, placeIn, placeOf, tokenOf } from "./place.ts";
import type { Reply } from "./replies.ts";

/** A replica that stays behind for longer is passed over: its reader is sent to the primary. */
const CATCH_UP_MS_MAX = 2_000;
const POLL_MS = 1;
const LINK_MS_MAX = 30_000;
const INFO: Command = ["INFO", "replication"];

export interface RedisPorts {
  readonly primary: number;
  /** Null: the primary answers reads too, as in a database of one region. */
  readonly replica: number | null;
  /** How much later than the primary the replica has a write, beside what it takes anyway. */
  readonly lagMs: number;
}

export interface Answered {
  readonly replies: readonly Reply[];
  /** A reader who hands it on sees at least what this answer saw or did. */
  readonly token: string;
}

/** Writes go to the primary, reads to a real replica of it, as in a database of several regions. */
export class RedisPair {
  readonly #primary: Connection;
  readonly #replica: Connection | null;
  readonly #lag: Lag | null;
  readonly #readOnly: ReadonlySet<string>;

  private constructor(
    primary: Connection,
    replica: Connection | null,
    lag: Lag | null,
    readOnly: ReadonlySet<string>,
  ) {
    this.#primary = primary;
    this.#replica = replica;
    this.#lag = lag;
    this.#readOnly = readOnly;
  }

  static async connect(ports: RedisPorts): Promise<RedisPair> {
    const primary = await connectTo(ports.primary);
    const readOnly = await readOnlyCommands(primary);
    if (ports.replica === null) return new RedisPair(primary, null, null, readOnly);
    const lag = ports.lagMs > 0 ? await startLag(ports.primary, ports.lagMs) : null;
    const replica = await replicaOf(ports.replica, lag?.port ?? ports.primary);
    return new RedisPair(primary, replica, lag, readOnly);
  }

  /** @throws Error when the Redis that must answer is away. */
  async run(commands: readonly Command[], token: string): Promise<Answered> {
    const replica = this.#replica;
    const served =
      replica !== null &&
      isForReplica(commands, this.#readOnly) &&
      (await this.#caughtUp(replica, placeOf(token)));
    return answerOf(await runAll(served ? replica : this.#primary, [...commands, INFO]));
  }

  /** @returns the reply of EXEC, or the error for which nothing was run. */
  async transaction(
    commands: readonly Command[],
  ): Promise<Answered & { readonly discarded: ErrorReply | null }> {
    const sent = await runAll(this.#primary, [["MULTI"], ...commands, ["EXEC"], INFO]);
    const answered = answerOf(sent);
    const discarded = answered.replies.find((reply) => reply instanceof ErrorReply) ?? null;
    const executed = answered.replies.at(-1);
    const replies = Array.isArray(executed) ? (executed as readonly Reply[]) : [];
    return { ...answered, replies, discarded };
  }

  /** A connection of its own, which hears what is published; the caller destroys it. */
  async listener(): Promise<Connection> {
    const connection = this.#primary.duplicate();
    connection.on("error", () => connection.destroy());
    await connection.connect();
    return connection;
  }

  /** Where the primary is. */
  async token(): Promise<string> {
    return answerOf(await runAll(this.#primary, [INFO])).token;
  }

  async close(): Promise<void> {
    this.#primary.destroy();
    this.#replica?.destroy();
    await this.#lag?.stop();
  }

  /** Has the replica everything up to `place`? False sends the reader to the primary. */
  async #caughtUp(replica: Connection, place: Place | null): Promise<boolean> {
    if (place === null) return replica.isReady;
    const giveUpAtMs = performance.now() + CATCH_UP_MS_MAX;
    let target = place;
    while (performance.now() < giveUpAtMs) {
      const there = await placeAt(replica);
      if (there === null) return false;
      if (isAtLeast(there, target)) return true;
      // A place in the history of a primary that has been replaced: today's has to do.
      if (there.history !== target.history) target = (await placeAt(this.#primary)) ?? target;
      await sleep(POLL_MS);
    }
    return false;
  }
}

async function readOnlyCommands(connection: Connection): Promise<Set<string>> {
  const [known] = await runAll(connection, [["COMMAND"]]);
  const rows = known as readonly (readonly [name: Buffer, arity: string, flags: string[]])[];
  return new Set(
    rows
      .filter(([, , flags]) => flags.includes("readonly"))
      .map(([name]) => String(name).toUpperCase()),
  );
}

async function replicaOf(port: number, primaryPort: number): Promise<Connection> {
  const follow = () => {
    void runAll(replica, [["REPLICAOF", "127.0.0.1", `${primaryPort}`]]).catch(() => undefined);
  };
  const replica: Connection = await connectTo(port);
  // Started again, it has forgotten whom it follows.
  replica.on("ready", follow);
  follow();
  const giveUpAtMs = performance.now() + LINK_MS_MAX;
  while ((await placeAt(replica))?.isLinked !== true) {
    if (performance.now() > giveUpAtMs)
      throw new Error(`the Redis of port ${port} does not replicate`);
    await sleep(POLL_MS);
  }
  return replica;
}

async function placeAt(connection: Connection): Promise<Place | null> {
  const [info] = await runAll(connection, [INFO]).catch(() => [null]);
  return placeIn(String(info));
}

/** The last reply says where the server is, after all of the others. */
function answerOf(replies: readonly Reply[]): Answered {
  const place = placeIn(String(replies.at(-1)));
  return { replies: replies.slice(0, -1), token: place === null ? "" : tokenOf(place) };
}
