import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import path from "node:path";

import type { BucketStats } from "../../core/feed/cache/service.ts";
import type { EvictableObject } from "../cluster.ts";
import type { Services } from "../hosted.ts";

export interface ProductSettings {
  readonly dataFolder: string;
  /** The same after a restart. */
  readonly port: number;
  readonly shards: number;
  /** Followers of a shard in each region. */
  readonly replicas: number;
  /** Of the hosted profile; null: all is in the objects. */
  readonly services: Services | null;
  /** A mistake of mutants.ts; null: the code as it is. */
  readonly mutant: string | null;
}

export type ToProduct =
  | { readonly kind: "evict"; readonly of: EvictableObject; readonly name: string }
  | { readonly kind: "stop" };

/** What the process says once it is up. */
export interface FromProduct {
  readonly url: string;
  readonly courierUrl: string;
  /** A gateway in another data centre, which hears of no purge. */
  readonly elsewhereUrl: string;
  readonly authSecret: string;
}

/** The product in a process group of its own, which may be killed as a whole and started again. */
export class Product {
  readonly #settings: ProductSettings;
  readonly #log: string;
  #child: ChildProcess | null = null;
  #up: Promise<FromProduct>;

  constructor(settings: ProductSettings, log: string) {
    this.#settings = settings;
    this.#log = log;
    this.#up = this.#start();
  }

  whenUp = (): Promise<FromProduct> => this.#up;

  /** `kill -9` of the runtime and of the process that started it. */
  async restart(): Promise<void> {
    await this.kill();
    this.#up = this.#start();
    await this.#up;
  }

  evict(of: EvictableObject, name: string): void {
    this.#order({ kind: "evict", of, name });
  }

  /** Drops every feed that is kept, in every region. @throws Error when the product is away. */
  async flushCaches(): Promise<void> {
    await this.#askCourier("/flush");
  }

  /** Of every bucket of every region. @throws Error when the product is away. */
  async cacheStats(): Promise<readonly BucketStats[]> {
    return (await this.#askCourier("/stats")) as readonly BucketStats[];
  }

  /** Everything acknowledged is on disk before it resolves. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    this.#order({ kind: "stop" });
    await exited;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    process.kill(-child.pid, "SIGKILL");
    await exited;
  }

  #order(message: ToProduct): void {
    this.#child?.send(message);
  }

  async #askCourier(target: string): Promise<unknown> {
    const { courierUrl } = await this.#up;
    const response = await fetch(`${courierUrl}${target}`, { method: "POST" });
    if (!response.ok) throw new Error(`${target}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async #start(): Promise<FromProduct> {
    const log = openSync(this.#log, "a");
    const file = path.join(import.meta.dirname, "product-process.ts");
    const child = spawn(process.execPath, [file, JSON.stringify(this.#settings)], {
      stdio: ["ignore", log, log, "ipc"],
      detached: true,
    });
    this.#child = child;
    const ready = once(child, "message");
    const exited = once(child, "exit").then(() => {
      throw new Error(`the product ended: see ${this.#log}`);
    });
    // Later on a kill is what we want; whoever asks then finds nobody.
    exited.catch(() => undefined);
    const [message] = (await Promise.race([ready, exited])) as [FromProduct];
    return message;
  }
}
