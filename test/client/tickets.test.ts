import fc from "fast-check";
import { describe, it } from "vitest";

import { Tickets } from "../../client/ticket.ts";
import { LIMITS } from "../../core/limits.ts";
import {
  advance,
  advanceOwn,
  decodeTicket,
  decodeTickets,
  encodeTicket,
  type Progress,
  type Seen,
} from "../../core/tao/ticket.ts";
import { compareVersions } from "../../core/tao/version.ts";
import { hmacSigner, rememberingSigner } from "../../platform/signer.ts";

const signer = rememberingSigner(hmacSigner("a secret that is long enough for this test"));
const NOW = 1_800_000_000_000;
const SHARDS = 4;

const isCovered = (by: Progress, ticket: string): boolean =>
  [...decodeTicket(ticket, NOW, signer)].every(([shard, { version, wrote }]) => {
    const known = by.get(shard);
    if (known === undefined || compareVersions(known.version, version) < 0) return false;
    return wrote === undefined || compareVersions(known.wrote?.version ?? null, wrote.version) >= 0;
  });

/** The feed Worker, as far as tickets go. A failover now and then begins a new epoch. */
class Service {
  readonly #heads = Array.from({ length: SHARDS }, () => ({ epoch: 1, seq: 0 }));

  /** To a request that carried those, and then read or wrote a shard; null: it saw nothing new. */
  answer(carried: readonly string[], shard: number | null, isWrite: boolean): string {
    const progress = new Map<number, Seen>(decodeTickets(carried.join(","), NOW, signer));
    const [first] = carried;
    if (shard === null && first !== undefined && carried.length === 1) return first;
    const head = this.#heads[shard ?? 0];
    if (shard !== null && head !== undefined) {
      if (++head.seq > 5) [head.epoch, head.seq] = [head.epoch + 1, 0];
      (isWrite ? advanceOwn : advance)(progress, shard, { ...head }, NOW);
    }
    return encodeTicket(progress, NOW, signer);
  }
}

/** One tab, and words of another one that hears nothing of this. */
class Tab {
  readonly #service = new Service();
  #saved: string | null = null;
  #tickets = this.#open();
  /** What each request under way carried. */
  #underWay: (readonly string[])[] = [];
  #isWaiting = 0;
  #other: string[] = [];
  readonly told: string[] = [];

  #open(): Tickets {
    const save = (tickets: string | null): void => void (this.#saved = tickets);
    return new Tickets({ load: () => this.#saved, save });
  }

  get carries(): readonly string[] {
    return this.#tickets.all;
  }

  get isStuck(): boolean {
    return this.#isWaiting > 0 && this.#underWay.length === 0;
  }

  reload(): void {
    [this.#underWay, this.#isWaiting] = [[], 0];
    this.#tickets = this.#open();
  }

  send(): void {
    const tickets = this.#tickets;
    const turn = tickets.leave(false);
    if (turn === null) return void this.#underWay.push(tickets.all);
    this.#isWaiting++;
    void this.#sendLater(turn);
  }

  async #sendLater(turn: Promise<void>): Promise<void> {
    const tickets = this.#tickets;
    await turn;
    if (tickets !== this.#tickets) return;
    this.#isWaiting--;
    this.#underWay.push(tickets.all);
  }

  /** One of those under way ends; false: without a ticket. */
  async end(index: number, saw: false | { shard: number | null; write: boolean }): Promise<void> {
    const [carried] = this.#underWay.splice(index % Math.max(1, this.#underWay.length), 1);
    if (carried === undefined) return;
    if (saw !== false) {
      const ticket = this.#service.answer(carried, saw.shard, saw.write);
      this.#tickets.accept(ticket, carried, saw.write);
      this.told.push(ticket);
    }
    this.#tickets.returned();
    await Promise.resolve();
  }

  word(shard: number): void {
    const ticket = this.#service.answer(this.#other, shard, true);
    this.#other = [ticket];
    this.#tickets.hear(ticket);
    this.told.push(ticket);
  }
}

const shard = fc.nat(SHARDS - 1);
const pick = fc.nat(63);
type Step = (tab: Tab) => void | Promise<void>;
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Step>((tab) => tab.send()) },
  {
    weight: 1,
    arbitrary: fc.constant<Step>((tab) => {
      for (let i = 0; i < 2 * LIMITS.ticketsMax; i++) tab.send();
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ pick, shard: fc.option(shard), write: fc.boolean() }).map(
      (saw): Step =>
        (tab) =>
          tab.end(saw.pick, saw),
    ),
  },
  {
    weight: 1,
    arbitrary: pick.map(
      (index): Step =>
        (tab) =>
          tab.end(index, false),
    ),
  },
  {
    weight: 1,
    arbitrary: shard.map(
      (at): Step =>
        (tab) =>
          tab.word(at),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((tab) => tab.reload()) },
);

it("covers every answer, in whatever order requests under way together end", async ({ expect }) => {
  let most = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 120, size: "max" }), async (steps) => {
      const tab = new Tab();
      for (const step of steps) {
        await step(tab);
        const { carries, told } = tab;
        const merged = decodeTickets(carries.join(","), NOW, signer);
        expect(told.filter((ticket) => !isCovered(merged, ticket))).toEqual([]);
        expect(carries.length).toBeLessThanOrEqual(LIMITS.ticketsMax);
        expect(tab.isStuck).toBe(false);
        most = Math.max(most, carries.length);
      }
    }),
    { numRuns: 300 },
  );
  // Else the bounds were never met.
  expect(most).toBeGreaterThanOrEqual(LIMITS.ticketsOwnMax);
});

describe("tickets of requests under way together", () => {
  it("become one with the first answer that knows of all", ({ expect }) => {
    const tickets = new Tickets();
    tickets.accept("a", [], false);
    tickets.accept("b", [], true);
    tickets.hear("w");
    expect([tickets.all, tickets.ofLastWrite]).toEqual([["w", "a", "b"], "b"]);
    tickets.accept("c", ["w", "a", "b"], false);
    expect([tickets.all, tickets.ofLastWrite]).toEqual([["c"], "b"]);
  });

  it("are saved together, and read whatever was saved before", ({ expect }) => {
    const saved: (string | null)[] = [];
    const store = (text: string | null) => ({
      load: () => text,
      save: (tickets: string | null) => void saved.push(tickets),
    });
    const tickets = new Tickets(store("of-before"));
    tickets.accept("a", ["of-before"], false);
    tickets.accept("b", ["of-before"], false);
    tickets.accept("b", ["of-before"], false);
    expect(saved).toEqual(["a", "a,b"]);
    expect(new Tickets(store("a,b")).all).toEqual(["a", "b"]);
    const many = Array.from({ length: LIMITS.ticketsMax + 1 }, (_, i) => `t${i}`);
    expect(new Tickets(store(many.join(","))).all).toEqual(many.slice(1));
  });

  it("fit one request, with the last that were heard of", ({ expect }) => {
    expect(LIMITS.ticketsOwnMax + LIMITS.ticketsHeardMax).toBe(LIMITS.ticketsMax);
    const words = Array.from({ length: LIMITS.ticketsMax }, (_, i) => `w${i}`);
    const tickets = new Tickets();
    tickets.accept("a", [], false);
    for (const word of words) tickets.hear(word);
    tickets.hear("a");
    expect(tickets.all).toEqual([...words.slice(-LIMITS.ticketsHeardMax), "a"]);
  });
});
