import { readFile } from "node:fs/promises";
import path from "node:path";

import { VERSION_PATTERN } from "../../../core/ranking/manifest.ts";
import type { Log } from "../log.ts";
import type { Registry } from "./registry.ts";

/** Polls that a refused version is left alone for: doubles up to the second one. */
const PAUSE_MAX = 64;

/**
 * Follows `current` in the models' folder: what it names is promoted. It acts on a change of the file
 * only, so that an operator's rollback stays until somebody publishes again; a version that was refused
 * is tried again more and more rarely, since it may still be on its way to the disk.
 */
export class CurrentPoll {
  readonly #file: string;
  readonly #registry: Registry;
  readonly #log: Log;
  #done: string | null = null;
  #refused: { readonly version: string; readonly pause: number; readonly left: number } | null =
    null;

  constructor(modelsFolder: string, registry: Registry, log: Log) {
    this.#file = path.join(modelsFolder, "current");
    this.#registry = registry;
    this.#log = log;
  }

  /** Looks once. Never rejects. */
  async look(): Promise<void> {
    const version = await this.#read();
    if (version === null || version === this.#done) return;
    const refused = this.#refused?.version === version ? this.#refused : null;
    if (refused !== null && refused.left > 0) {
      this.#refused = { ...refused, left: refused.left - 1 };
      return;
    }
    const promoted = await this.#registry.promote(version);
    if (promoted.ok) {
      this.#done = version;
      this.#refused = null;
      this.#log("info", "promoted", { version, by: "current" });
      return;
    }
    const pause = Math.min(PAUSE_MAX, refused === null ? 1 : 2 * refused.pause);
    this.#refused = { version, pause, left: pause };
    this.#log("error", "promotion_refused", { version, by: "current", ...promoted.error });
  }

  async #read(): Promise<string | null> {
    try {
      const version = (await readFile(this.#file, "utf8")).trim();
      return VERSION_PATTERN.test(version) ? version : null;
    } catch {
      // No model yet, or one is just being published.
      return null;
    }
  }
}
