import type { Failure } from "../core/errors.ts";
import { type Id, idRange, logicalShard, shardOf } from "../core/ids.ts";
import type { Region } from "../core/regions/regions.ts";
import { createTao, type TaoSession } from "../core/tao/client.ts";
import { physicalShardOf } from "../core/tao/shard-map.ts";
import type { Tao } from "../core/tao/tao.ts";
import type { Write } from "../core/tao/types.ts";
import type { Version } from "../core/tao/version.ts";
import type { ClientEvent, Seen } from "./history.ts";
import { drawPauseMs } from "./habits.ts";
import { Life } from "./network.ts";
import { newestOf, observe, observeUnion } from "./observe.ts";
import { type Operations, type Population, rememberPost } from "./operations.ts";
import { positionOrNull } from "./position.ts";
import type { World } from "./world.ts";

type Freshness = Pick<TaoSession, "consistency" | "allowStale">;

interface Sent {
  readonly opId: string;
  readonly writes: readonly [Write, ...Write[]];
}

/** Outcomes after which a write may or may not have happened. */
const UNKNOWN: ReadonlySet<Failure["code"]> = new Set([
  "unavailable",
  "deadline_exceeded",
  "overloaded",
]);
const BUDGET_MS = { from: 200, to: 20_000 };
const SENT_MAX = 8;

/** One person's browser: a request at a time, from any region, its ticket carried along. */
export class Session {
  readonly #name: string;
  /** One per region that it has asked through. */
  readonly #lives = new Map<Region, Life>();
  readonly #world: World;
  readonly #operations: Operations;
  readonly #population: Population;
  readonly #record: (event: ClientEvent) => void;
  readonly #versions = new Map<Id, Version>();
  /** Writes that may be sent again. */
  #sent: Sent[] = [];
  #ticket: string | null = null;
  /** opIds of which an attempt may still arrive: a refusal proves nothing about them. */
  readonly #open = new Set<string>();
  #count = 0;

  constructor(
    name: string,
    world: World,
    operations: Operations,
    population: Population,
    record: (event: ClientEvent) => void,
  ) {
    this.#name = name;
    this.#world = world;
    this.#operations = operations;
    this.#population = population;
    this.#record = record;
  }

  /** One request, or several where a lost one is sent again. */
  async step(): Promise<void> {
    const { random, scheduler, habits } = this.#world;
    await scheduler.sleep(drawPauseMs(random, habits));
    const kind = random.weighted({ write: 5, read: 8, union: 2 });
    if (kind === "read") return this.#read();
    if (kind === "union") return this.#union();
    await this.change();
  }

  /** A write, or one of those before once more. */
  async change(): Promise<void> {
    const { random, scheduler } = this.#world;
    const again = random.chance(0.1) ? this.#sent.at(-random.int(1, this.#sent.length)) : undefined;
    if (again !== undefined) return void (await this.write(again.writes, again.opId));
    const seen = (id: Id) => this.#versions.get(id) ?? null;
    const writes = this.#operations.writes(scheduler.nowMs(), seen);
    if (random.chance(0.15)) return void (await this.write(writes, null));
    const opId = `${this.#name}-${++this.#count}`;
    this.#sent = [...this.#sent, { opId, writes }].slice(-SENT_MAX);
    const outcome = await this.write(writes, opId);
    if (outcome === "unknown" && random.chance(0.7)) await this.write(writes, opId);
    // A refused opId is not remembered: sent again, it would be a new request.
    if (outcome === "refused") this.#sent.pop();
  }

  async write(
    writes: readonly [Write, ...Write[]],
    opId: string | null,
  ): Promise<"written" | "refused" | "unknown"> {
    const { tally, map, scheduler } = this.#world;
    const [first] = writes;
    const logical =
      first.op === "objAdd" ? first.shard : shardOf("id" in first ? first.id : first.id1);
    const entry = map.entries.find(({ from, to }) => from <= logical && logical < to);
    if (entry === undefined) throw new RangeError(`no shard for ${logical}`);
    const invokeMs = scheduler.nowMs();
    const tao = this.#tao();
    const answer = await tao.write(logical, writes, opId);
    this.#ticket = tao.ticket();
    const isUnknown = !answer.ok && (UNKNOWN.has(answer.error.code) || tao.calls() > 1);
    if (isUnknown && opId !== null) this.#open.add(opId);
    if (answer.ok) tally.count(answer.value.replayed ? "writes replayed" : "writes acknowledged");
    else if (isUnknown) tally.count("writes unknown");
    else if (answer.error.code === "version_mismatch") tally.count("preconditions failed");
    else if (first.op === "objUpdate" && answer.error.code === "not_found")
      tally.count("updates of what is gone");
    this.#record({
      kind: "write",
      client: this.#name,
      invokeMs,
      doneMs: scheduler.nowMs(),
      shard: entry.shard,
      opId,
      writes,
      response: answer.ok ? answer.value : null,
      refused: !answer.ok && !isUnknown && !this.#open.has(opId ?? ""),
    });
    const added = answer.ok && first.op === "objAdd" ? answer.value.results[0] : undefined;
    if (added !== undefined) rememberPost(this.#population, added.id);
    if (answer.ok) return "written";
    return isUnknown ? "unknown" : "refused";
  }

  async #read(): Promise<void> {
    const { random, scheduler, map, habits } = this.#world;
    const reads = this.#operations.reads(scheduler.nowMs());
    const consistency = random.weighted(habits.freshness);
    await this.#observe(
      { consistency, allowStale: random.chance(habits.staleAllowed) },
      async (tao) => {
        const answer = await tao.read(reads);
        if (!answer.ok) return null;
        return reads.flatMap((read, index) => {
          const result = answer.value[index];
          if (result === undefined) throw new Error("an answer is missing");
          if (result.op === "objGet" && result.object !== null)
            this.#versions.set(result.object.id, result.object.version);
          return observe(read, result, (id) => physicalShardOf(map, id));
        });
      },
    );
  }

  async #union(): Promise<void> {
    const { map, random, habits } = this.#world;
    const request = this.#operations.union();
    const home = (id: Id) => physicalShardOf(map, id);
    const consistency = random.weighted(habits.freshness);
    await this.#observe(
      { consistency, allowStale: random.chance(habits.staleAllowed) },
      async (tao) => {
        const answer = await tao.union(request);
        if (!answer.ok) return null;
        // A second call to a shard may find its lists changed: then only entries can be judged.
        const isOneMoment = tao.calls() === new Set(request.id1s.map(home)).size;
        return observeUnion(request, answer.value, isOneMoment, home);
      },
    );
  }

  async #observe(
    freshness: Required<Freshness>,
    ask: (tao: Tao) => Promise<readonly Seen[] | null>,
  ): Promise<void> {
    const { scheduler, tally, map } = this.#world;
    const invokeMs = scheduler.nowMs();
    const tao = this.#tao(freshness);
    const seen = await ask(tao);
    this.#ticket = tao.ticket();
    tally.count(seen === null ? "reads refused" : "reads answered");
    if (seen === null) return;
    const staleMs = tao.staleMs();
    if (staleMs !== null) tally.count("stale answers");
    const [client, doneMs] = [this.#name, scheduler.nowMs()];
    const unnamed = seen.filter(({ shard, observation }) => {
      const named = tao.positionOf(idRange(logicalShard(map.entries[shard]?.from ?? 0)).from);
      return newestOf(observation) > (positionOrNull(named) ?? 0);
    });
    this.#record({ kind: "read", client, invokeMs, doneMs, ...freshness, staleMs, seen, unnamed });
  }

  /** A request through the isolate of some region, near or far. */
  #tao(freshness: Freshness = {}): Tao {
    const { random } = this.#world;
    const worker = this.#world.worker(random.pickHot(this.#world.regions()));
    const life = this.#lives.get(worker.region) ?? new Life(`${this.#name}@${worker.region}`);
    this.#lives.set(worker.region, life);
    const ports = worker.ports(life);
    const deadlineMs = ports.clock.nowMs() + random.logInt(BUDGET_MS.from, BUDGET_MS.to);
    return createTao(ports, {
      region: worker.region,
      ticket: this.#ticket,
      deadlineMs,
      ...freshness,
    });
  }
}
