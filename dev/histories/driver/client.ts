import type { Failure } from "../../../core/errors.ts";
import { type Id, shardOf } from "../../../core/ids.ts";
import type { TaoSession } from "../../../core/tao/client.ts";
import type { Consistency } from "../../../core/tao/service.ts";
import { entryOf, physicalShardOf } from "../../../core/tao/shard-map.ts";
import type { Tao } from "../../../core/tao/tao.ts";
import type { Write } from "../../../core/tao/types.ts";
import type { Version } from "../../../core/tao/version.ts";
import type { Seen } from "../../../sim/history.ts";
import { observe, observeUnion } from "../../../sim/observe.ts";
import { type Operations, type Population, rememberPost } from "../../../sim/operations.ts";
import type { SeededRandom } from "../../../sim/random.ts";
import type { ClientState, DriveLine, Pending } from "../wire.ts";
import type { DriverGraph } from "./graph.ts";

/** Outcomes after which a write may or may not have happened. */
const UNKNOWN: ReadonlySet<Failure["code"]> = new Set([
  "unavailable",
  "deadline_exceeded",
  "overloaded",
]);
/** How long a request may take: some give up early, as people do. */
const BUDGET_MS = { from: 200, to: 10_000 };
const SENT_MAX = 8;
/** Reads in one request, mostly few: a page of a feed asks for about this many. */
const READS_MAX = 24;

export interface ClientPorts {
  readonly graph: DriverGraph;
  readonly random: SeededRandom;
  readonly operations: Operations;
  readonly population: Population;
  readonly nowMs: () => number;
  readonly tell: (line: DriveLine) => void;
}

/** One person's browser: a request at a time, from any region, its ticket carried along. */
export class Client {
  readonly #name: string;
  readonly #call: string;
  readonly #ports: ClientPorts;
  readonly #versions = new Map<Id, Version>();
  /** Writes that may be sent again, also those of which an attempt may still arrive. */
  #sent: Pending[];
  /** opIds of which an attempt may still arrive: a refusal proves nothing about them. */
  readonly #open: Set<string>;
  #ticket: string | null;
  #count = 0;

  constructor({ name, ticket, pending }: ClientState, call: string, ports: ClientPorts) {
    this.#name = name;
    this.#call = call;
    this.#ports = ports;
    this.#ticket = ticket;
    this.#sent = [...pending];
    this.#open = new Set(pending.map(({ opId }) => opId));
  }

  /** One request, or several where one of unknown outcome is sent again. */
  async step(writeShare: number): Promise<void> {
    const { random } = this.#ports;
    // What was in flight when the runtime died is asked about first: did it happen?
    if (this.#open.size > 0 && random.chance(0.7)) return this.#again(this.#sent.at(-1));
    if (!random.chance(writeShare)) return random.chance(0.2) ? this.#union() : this.#read();
    if (random.chance(0.1)) return this.#again(this.#sent.at(-random.int(1, SENT_MAX)));
    await this.#write(this.#drawWrites());
  }

  #drawWrites = () =>
    this.#ports.operations.writes(this.#ports.nowMs(), (id) => this.#versions.get(id) ?? null);

  async #write(writes: readonly [Write, ...Write[]]): Promise<void> {
    if (this.#ports.random.chance(0.15)) return void (await this.#send(writes, null));
    const pending = { opId: `${this.#name}-${this.#call}-${++this.#count}`, writes };
    this.#sent = [...this.#sent, pending].slice(-SENT_MAX);
    this.#ports.tell({ kind: "sent", client: this.#name, pending });
    const outcome = await this.#send(writes, pending.opId);
    if (outcome === "unknown" && this.#ports.random.chance(0.7)) await this.#again(pending);
    // A refused opId is not remembered: sent again, it would be a new request.
    if (outcome === "refused") this.#forget(pending);
  }

  async #again(pending: Pending | undefined): Promise<void> {
    if (pending === undefined) return;
    const outcome = await this.#send(pending.writes, pending.opId);
    if (outcome === "written") this.#open.delete(pending.opId);
    // Refused once, it may be refused again or not: a version it asks for may come back.
    if (outcome === "refused") this.#forget(pending);
  }

  #forget({ opId }: Pending): void {
    this.#open.delete(opId);
    this.#sent = this.#sent.filter((sent) => sent.opId !== opId);
  }

  async #send(
    writes: readonly [Write, ...Write[]],
    opId: string | null,
  ): Promise<"written" | "refused" | "unknown"> {
    const { graph, nowMs, population, tell } = this.#ports;
    const [first] = writes;
    const logical =
      first.op === "objAdd" ? first.shard : shardOf("id" in first ? first.id : first.id1);
    const tao = this.#tao({});
    const invokeMs = nowMs();
    const answer = await tao.write(logical, writes, opId);
    const doneMs = nowMs();
    this.#ticket = tao.ticket();
    const retried = tao.calls() > 1;
    const isUnknown = !answer.ok && (UNKNOWN.has(answer.error.code) || retried);
    if (isUnknown && opId !== null) this.#open.add(opId);
    const added = answer.ok && first.op === "objAdd" ? answer.value.results[0]?.id : undefined;
    if (added !== undefined) rememberPost(population, added);
    tell({
      kind: "event",
      ticket: this.#ticket,
      post: added ?? null,
      operations: writes.length,
      retried,
      event: {
        kind: "write",
        client: this.#name,
        invokeMs,
        doneMs,
        shard: entryOf(graph.map, logical).shard,
        opId,
        writes,
        response: answer.ok ? answer.value : null,
        refused: !answer.ok && !isUnknown && !this.#open.has(opId ?? ""),
      },
    });
    if (answer.ok) return "written";
    return isUnknown ? "unknown" : "refused";
  }

  async #read(): Promise<void> {
    const { random, nowMs, operations } = this.#ports;
    const reads = operations.reads(nowMs(), READS_MAX);
    const consistency = random.weighted({ eventual: 3, ticket: 6, leader: 1 });
    await this.#observe(consistency, reads.length, async (tao) => {
      const answer = await tao.read(reads);
      if (!answer.ok) return answer.error.code;
      return reads.flatMap((read, index) => {
        const result = answer.value[index];
        if (result === undefined) throw new Error("an answer is missing");
        if (result.op === "objGet" && result.object !== null)
          this.#versions.set(result.object.id, result.object.version);
        return observe(read, result, this.#home);
      });
    });
  }

  async #union(): Promise<void> {
    const request = this.#ports.operations.union();
    await this.#observe("ticket", 1, async (tao) => {
      const answer = await tao.union(request);
      if (!answer.ok) return answer.error.code;
      // A second call to a shard may find its lists changed: then only entries can be judged.
      const isOneMoment = tao.calls() === new Set(request.id1s.map(this.#home)).size;
      return observeUnion(request, answer.value, isOneMoment, this.#home);
    });
  }

  async #observe(
    consistency: Consistency,
    operations: number,
    ask: (tao: Tao) => Promise<readonly Seen[] | string>,
  ): Promise<void> {
    const { nowMs, tell, random } = this.#ports;
    const allowStale = random.chance(0.3);
    const tao = this.#tao({ consistency, allowStale });
    const invokeMs = nowMs();
    const seen = await ask(tao);
    const doneMs = nowMs();
    this.#ticket = tao.ticket();
    if (typeof seen === "string") return tell({ kind: "refused", code: seen, operations });
    tell({
      kind: "event",
      ticket: this.#ticket,
      post: null,
      operations,
      retried: false,
      event: {
        kind: "read",
        client: this.#name,
        invokeMs,
        doneMs,
        consistency,
        staleMs: tao.staleMs(),
        allowStale,
        seen,
      },
    });
  }

  #home = (id: Id) => physicalShardOf(this.#ports.graph.map, id);

  #tao(wish: Pick<TaoSession, "consistency" | "allowStale">): Tao {
    const { graph, random, nowMs } = this.#ports;
    const region = random.pickHot(graph.regions);
    const deadlineMs = nowMs() + random.logInt(BUDGET_MS.from, BUDGET_MS.to);
    return graph.tao({ region, ticket: this.#ticket, deadlineMs, ...wish });
  }
}
