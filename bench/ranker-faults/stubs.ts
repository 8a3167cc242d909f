import { fork } from "node:child_process";
import path from "node:path";

import { z } from "zod";

import type { RankerFault, SeenRequest } from "../../dev/stub-ranker.ts";

export type StubOrder =
  | { readonly do: "start" }
  | { readonly do: "kill" | "restart" | "seen"; readonly url: string }
  | { readonly do: "fault"; readonly url: string; readonly fault: RankerFault };

export interface StubReply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Stub rankers in another process, by their origins. */
export interface Stubs {
  start(): Promise<string>;
  kill(url: string): Promise<void>;
  restart(url: string): Promise<void>;
  fault(url: string, fault: RankerFault): Promise<void>;
  /** Each request to infer, oldest first. */
  seen(url: string): Promise<readonly SeenRequest[]>;
  stop(): void;
}

const seenSchema = z.object({ atMs: z.number(), underWay: z.number() });

export function startStubs(): Stubs {
  const child = fork(path.join(import.meta.dirname, "stubs-process.ts"));
  const waiting = new Map<number, (reply: StubReply) => void>();
  child.on("message", (reply: StubReply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  let last = 0;
  const tell = async (order: StubOrder): Promise<unknown> => {
    const id = ++last;
    const { promise, resolve } = Promise.withResolvers<StubReply>();
    waiting.set(id, resolve);
    child.send({ id, order });
    const { error, value } = await promise;
    if (error !== undefined) throw new Error(error);
    return value;
  };
  return {
    start: async () => z.string().parse(await tell({ do: "start" })),
    kill: async (url) => void (await tell({ do: "kill", url })),
    restart: async (url) => void (await tell({ do: "restart", url })),
    fault: async (url, fault) => void (await tell({ do: "fault", url, fault })),
    seen: async (url) => z.array(seenSchema).parse(await tell({ do: "seen", url })),
    stop: () => child.kill(),
  };
}
