import type { Region } from "../../core/regions/regions.ts";
import type { SeededRandom } from "../../sim/random.ts";
import { REGIONS } from "../histories/shape.ts";
import { act } from "./act.ts";
import type { Change } from "./changes.ts";
import type { Findings } from "./findings.ts";
import type { Locks } from "./locks.ts";
import type { Model } from "./model.ts";
import type { Operation, OperationKind, Operations } from "./operations.ts";
import { ownWriteMissing } from "./own-writes.ts";
import type { People } from "./people.ts";
import type { Probe, Probes } from "./probe.ts";

/** So many writers look at once what became of their write. */
const LOOKS_AT_ONCE = 0.3;
const AT_HOME = 0.8;
/** Answers that may come when a reader's follower is a moment behind the writer. */
const MAY_BE_REFUSED = new Set([404, 409]);

export interface LoadPorts {
  readonly model: Model;
  readonly people: People;
  readonly operations: Operations;
  readonly random: SeededRandom;
  readonly locks: Locks;
  readonly probes: Probes;
  readonly findings: Findings;
  /** Keeps it, and says so to the model. */
  readonly apply: (changes: readonly Change[], atMs: number) => void;
  /** Nobody begins anything until it resolves. */
  readonly ready: () => Promise<void>;
  /** One of so many may follow what it has taken back. */
  readonly lanesPerProbe: number;
}

/** Everybody's writes, a few at a time. */
export class Load {
  readonly #ports: LoadPorts;
  readonly done = new Map<OperationKind, number>();
  operations = 0;
  refused = 0;
  /** Operations whose outcome was open for a while. */
  doubted = 0;
  ownReads = 0;
  #probing = 0;
  #probesMax = 1;

  constructor(ports: LoadPorts) {
    this.#ports = ports;
  }

  /** Until so many operations are done in all. */
  async run(until: number, lanes: number): Promise<void> {
    let left = until - this.operations;
    this.#probesMax = Math.max(1, Math.floor(lanes / this.#ports.lanesPerProbe));
    const lane = async () => {
      while (left > 0) {
        left--;
        await this.#ports.ready();
        await this.#one();
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  async #one(): Promise<void> {
    const { locks, operations } = this.#ports;
    for (;;) {
      const operation = operations.draw();
      const people = [...new Set(operations.peopleOf(operation))];
      if (!locks.take(people)) {
        // Those who hold it go on meanwhile.
        await new Promise(setImmediate);
        continue;
      }
      const probe = await this.#probe(operation);
      try {
        await this.#do(operation, probe);
      } finally {
        probe?.close();
        locks.free([...people, ...(probe?.people ?? [])], Date.now());
      }
      return;
    }
  }

  async #probe(operation: Operation): Promise<Probe | null> {
    if (this.#probing >= this.#probesMax) return null;
    this.#probing++;
    const probe = await this.#ports.probes.prepare(operation).finally(() => this.#probing--);
    return probe;
  }

  async #do(operation: Operation, probe: Probe | null): Promise<void> {
    const { people, random, model, apply, findings } = this.#ports;
    const home = people.homeOf(operation.by);
    const region = random.chance(AT_HOME) ? home : random.pick(REGIONS);
    const client = await people.client(operation.by, region);
    const looksIn = random.chance(LOOKS_AT_ONCE) ? random.pick(REGIONS) : null;
    if (looksIn !== null && isReaction(operation)) await this.#readFirst(operation, looksIn);
    const acted = await act(client, operation, model);
    this.operations++;
    if (acted.doubts > 0) this.doubted++;
    if (!acted.ok) {
      this.refused++;
      const { status, code, detail } = acted.refusal;
      if (!MAY_BE_REFUSED.has(status))
        findings.add("unexpected refusal", `${operation.kind}: ${status} ${code}, ${detail}`);
      return;
    }
    apply(acted.changes, acted.ackedMs);
    this.done.set(operation.kind, (this.done.get(operation.kind) ?? 0) + 1);
    const watched = this.#watch(probe, acted.ackedMs);
    if (looksIn !== null) await this.#look(operation, acted.changes, looksIn);
    await watched;
  }

  async #watch(probe: Probe | null, ackedMs: number): Promise<void> {
    if (probe === null) return;
    this.#probing++;
    await probe.watch(ackedMs).finally(() => this.#probing--);
  }

  /** One reacts to what one sees: the feed that is looked at afterwards is in the cache by then. */
  async #readFirst(operation: Operation, region: Region): Promise<void> {
    const client = await this.#ports.people.client(operation.by, region);
    await client.feed({ mode: "latest" }).catch(() => null);
  }

  async #look(operation: Operation, changes: readonly Change[], region: Region): Promise<void> {
    const { people, model, findings } = this.#ports;
    // Whoever writes in one place and reads in another is the same person.
    const client = await people.client(operation.by, region);
    const missing = await ownWriteMissing(client, operation, changes, model).catch(() => null);
    this.ownReads++;
    if (missing !== null) findings.add("own write missing", missing);
  }
}

const isReaction = ({ kind }: Operation): boolean => kind === "react" || kind === "unreact";
