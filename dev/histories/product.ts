import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import path from "node:path";

import { decode, encode } from "./wire.ts";

export interface ProductSettings {
  readonly dataFolder: string;
  readonly shards: number;
  /** Followers of a shard in each region. */
  readonly replicas: number;
  /** Of the hosted profile; null: the graph is in the objects. */
  readonly databaseUrl: string | null;
  /** A mistake of sim/mutants.ts in the objects' code; null: the code as it is. */
  readonly mutant: string | null;
}

export type ToProduct =
  | { readonly kind: "evict"; readonly of: "leader" | "follower"; readonly name: string }
  | { readonly kind: "stop" };

export type FromProduct = { readonly kind: "ready"; readonly driverUrl: string };

/** The product in a process group of its own, which may be killed as a whole and started again. */
export class Product {
  readonly #settings: ProductSettings;
  readonly #log: string;
  #child: ChildProcess | null = null;
  #driverUrl = "";
  /** Settles when the product is up (again): lanes wait for it. */
  #up: Promise<void>;

  constructor(settings: ProductSettings, log: string) {
    this.#settings = settings;
    this.#log = log;
    this.#up = this.#start();
  }

  whenUp = (): Promise<void> => this.#up;

  /** `kill -9` of the runtime and of the process that started it; up again with `whenUp`. */
  async restart(): Promise<void> {
    await this.#kill();
    this.#up = this.#start();
    await this.#up;
  }

  order(message: ToProduct): void {
    this.#child?.send(message);
  }

  /** Everything acknowledged is on disk before it resolves. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    const exited = once(child, "exit");
    this.order({ kind: "stop" });
    await exited;
    this.#child = null;
  }

  async kill(): Promise<void> {
    await this.#kill();
  }

  /** @throws Error when the driver fails or does not answer. */
  async ask<T>(target: string, body: unknown): Promise<T> {
    const response = await this.stream(target, body, AbortSignal.timeout(120_000));
    return decode<T>(await response.text());
  }

  async stream(target: string, body: unknown, signal: AbortSignal): Promise<Response> {
    const response = await fetch(`${this.#driverUrl}${target}`, {
      method: "POST",
      body: encode(body),
      signal,
    });
    if (!response.ok) throw new Error(`${target}: ${response.status} ${await response.text()}`);
    return response;
  }

  async #start(): Promise<void> {
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
    this.#driverUrl = message.driverUrl;
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const exited = once(child, "exit");
    process.kill(-child.pid, "SIGKILL");
    await exited;
  }
}
