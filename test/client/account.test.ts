import fc from "fast-check";
import { describe, it } from "vitest";

import { Account } from "../../client/account.ts";
import type { OutboxItem } from "../../client/outbox/items.ts";
import { Outbox } from "../../client/outbox/outbox.ts";
import { requests } from "../../client/requests.ts";
import { memoryStore } from "../../client/storage/memory.ts";
import { ApiProblem } from "../../client/problem.ts";

interface Sent {
  readonly path: string;
  readonly token: string | null;
  readonly ticket: string | null;
  readonly body: string;
  readonly answer: PromiseWithResolvers<Response>;
}

/** One device that several people use, and a server that answers when the test says so. */
function device() {
  const sent: Sent[] = [];
  const waits: (() => void)[] = [];
  const pages = new Map<string, ReturnType<typeof memoryStore>>();
  const outboxes = new Map<string, ReturnType<typeof memoryStore>>();
  const tickets = new Map<string, string>();
  const locks = new Map<string, Promise<unknown>>();
  let tokens = 0;
  let keys = 0;
  const storeOf = (stores: typeof pages, userId: string) => {
    const store = stores.get(userId) ?? memoryStore();
    stores.set(userId, store);
    return store;
  };
  const come = (userId: string) => {
    const account = new Account({
      baseUrl: "",
      userId,
      token: `${userId}-${++tokens}`,
      pages: storeOf(pages, userId),
      tickets: {
        load: () => tickets.get(userId) ?? null,
        save: (ticket) => {
          if (ticket === null) tickets.delete(userId);
          else tickets.set(userId, ticket);
        },
      },
      nowMs: () => 1_000_000,
      random: () => 0.5,
      sleep: () => new Promise((over) => void waits.push(over)),
      // Deaf to the signal, as a request that is out already.
      fetch: (url, init) => {
        const headers = new Headers(init.headers);
        const answer = Promise.withResolvers<Response>();
        const token = headers.get("authorization");
        const ticket = headers.get("edgewise-ticket");
        sent.push({ path: url, token, ticket, body: String(init.body), answer });
        return answer.promise;
      },
    });
    const outbox = new Outbox({
      store: storeOf(outboxes, userId),
      send: (request, idempotencyKey, signal) =>
        account.client.transport.send(request, { idempotencyKey, signal }),
      alone: (run, signal) => {
        const mine = (locks.get(userId) ?? Promise.resolve()).then(() => {
          signal?.throwIfAborted();
          return run();
        });
        locks.set(
          userId,
          mine.catch(() => null),
        );
        return mine;
      },
      channel: { tell: () => undefined, listen: () => undefined },
      later: () => undefined,
      online: () => true,
      ticket: () => account.client.transport.writeTicket,
      acceptTicket: (ticket) => account.client.transport.acceptTicket(ticket),
      nowMs: () => 1_000_000,
      random: () => 0.5,
      newKey: () => `key-${++keys}`,
    });
    const ends: string[] = [];
    outbox.onEnd((item) => void ends.push(String(item.about)));
    void outbox.start();
    return { account, outbox, ends };
  };
  return { sent, waits, pages, outboxes, tickets, come };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 2));
const answer = (ticket: string, value: unknown = {}) =>
  Response.json(value, { headers: { "edgewise-ticket": ticket } });
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "done",
    (error: unknown) => (error instanceof ApiProblem ? error.code : error),
  );

describe("an account that leaves", () => {
  it("ends what is under way at once, and every call after", async ({ expect }) => {
    const { sent, come } = device();
    const { account } = come("ada");
    const [first, second, read] = [
      codeOf(account.client.follow("bob")),
      codeOf(account.client.follow("eve")),
      codeOf(account.client.profile("bob")),
    ];
    await settled();
    expect(sent).toHaveLength(2);
    await account.leave();
    expect(await Promise.all([first, second, read])).toEqual(Array(3).fill("signed_out"));
    expect(await codeOf(account.client.follow("bob"))).toBe("signed_out");
    for (const { answer: late } of sent) late.resolve(answer("t-late"));
    await settled();
    expect(sent).toHaveLength(2);
  });

  it("is not answered from what is kept either", async ({ expect }) => {
    const { sent, come } = device();
    const { account } = come("ada");
    const page = account.client.post("7");
    await settled();
    sent[0]?.answer.resolve(answer("t-1", { id: "7" }));
    await page;
    const kept: unknown[] = [];
    const again = codeOf(account.client.post("7", { onKept: (one) => void kept.push(one) }));
    const left = account.leave();
    await Promise.all([left, settled()]);
    expect([await again, kept]).toEqual(["signed_out", []]);
  });

  it("does not try again after a wait", async ({ expect }) => {
    const { sent, waits, come } = device();
    const { account } = come("ada");
    const call = codeOf(account.client.createPost({ text: "hello" }));
    await settled();
    sent[0]?.answer.resolve(new Response("{}", { status: 503 }));
    await settled();
    expect(waits).toHaveLength(1);
    await account.leave();
    waits[0]?.();
    await settled();
    expect([await call, sent.length]).toEqual(["signed_out", 1]);
  });

  it("leaves neither page nor ticket, whenever the answer comes", async ({ expect }) => {
    const { sent, pages, tickets, come } = device();
    const { account } = come("ada");
    const read = codeOf(account.client.post("7"));
    await settled();
    sent[0]?.answer.resolve(answer("t-1", { id: "7" }));
    // The answer is here; what it says is being read and put away.
    for (let turns = 0; turns < 3; turns++) await Promise.resolve();
    await account.leave();
    await read;
    await settled();
    expect([await pages.get("ada")?.entries(), [...tickets]]).toEqual([[], []]);
  });

  it("goes on under a newer token of its own", async ({ expect }) => {
    const { sent, waits, come } = device();
    const { account } = come("ada");
    const call = account.client.createPost({ text: "hello" });
    await settled();
    sent[0]?.answer.resolve(new Response("{}", { status: 503 }));
    await settled();
    account.renew("ada-new");
    waits[0]?.();
    await settled();
    sent[1]?.answer.resolve(answer("t-1"));
    await call;
    expect(sent.map(({ token }) => token)).toEqual(["Bearer ada-1", "Bearer ada-new"]);
  });
});

type Act =
  | { readonly do: "write" | "queue" | "read" | "leave" | "wait" }
  | { readonly do: "answer"; readonly which: number; readonly status: 200 | 503 | 404 | 401 }
  | { readonly do: "turns"; readonly n: number };
const acts = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom("write", "queue", "read", "leave", "wait") },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant("answer" as const),
          which: fc.nat(20),
          status: fc.constantFrom(
            200 as const,
            200 as const,
            503 as const,
            404 as const,
            401 as const,
          ),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant("turns" as const),
          n: fc.integer({ min: 1, max: 40 }),
        }),
      },
    ),
    { minLength: 5, maxLength: 40 },
  )
  .map((list) => list.map((act): Act => (typeof act === "string" ? { do: act as "write" } : act)));

/** What a request is about names who made it. */
const makerOf = ({ path, body }: Sent) => /by-(ada|bob)/.exec(`${path} ${body}`)?.[1];

it("speaks for its own person only, keeps for them only, and not at all once they left", async ({
  expect,
}) => {
  await fc.assert(
    fc.asyncProperty(acts, async (script) => {
      const { sent, waits, pages, outboxes, tickets, come } = device();
      let who: "ada" | "bob" = "ada";
      let here = come(who);
      const gone: { ends: readonly string[]; had: number }[] = [];
      const settling: Promise<unknown>[] = [];
      let answered = 0;
      for (const act of script) {
        const { client } = here.account;
        if (act.do === "write") settling.push(codeOf(client.createPost({ text: `by-${who}` })));
        if (act.do === "read") settling.push(codeOf(client.profile(`by-${who}`)));
        if (act.do === "queue") {
          const request = requests.createPost({ text: `by-${who}` });
          void here.outbox.submit({ request, about: `by-${who}` });
        }
        if (act.do === "wait") waits.shift()?.();
        if (act.do === "turns") for (let i = 0; i < act.n; i++) await Promise.resolve();
        if (act.do === "answer") {
          const one = sent[Math.min(act.which, sent.length - 1)];
          const ticket = `of-${one === undefined ? "" : makerOf(one)}-${++answered}`;
          const headers = { "edgewise-ticket": ticket };
          one?.answer.resolve(Response.json({ by: makerOf(one) }, { status: act.status, headers }));
          await Promise.resolve();
        }
        if (act.do === "leave") {
          const before = sent.length;
          gone.push({ ends: here.ends, had: here.ends.length });
          settling.push(here.account.leave(), here.outbox.stop());
          who = who === "ada" ? "bob" : "ada";
          here = come(who);
          expect(sent.length).toBe(before);
        }
      }
      const last = sent.length;
      await Promise.all([here.account.leave(), here.outbox.stop(), ...settling]);
      for (const wait of waits) wait();
      for (const one of sent) one.answer.resolve(answer(`of-${makerOf(one)}-late`, {}));
      await settled();

      expect(sent.length).toBe(last);
      for (const one of sent) {
        expect(one.token).toMatch(new RegExp(`^Bearer ${makerOf(one)}-`));
        if (one.ticket !== null) expect(one.ticket).toMatch(new RegExp(`^of-${makerOf(one)}-`));
      }
      expect([...tickets]).toEqual([]);
      for (const store of pages.values()) expect(await store.entries()).toEqual([]);
      for (const [userId, store] of outboxes)
        for (const [, item] of await store.entries<OutboxItem>()) {
          expect(item.about).toBe(`by-${userId}`);
          // To have left is no reason to give a write up.
          expect(item.refusal?.code).not.toBe("signed_out");
        }
      for (const { ends, had } of gone) expect(ends.length).toBe(had);
    }),
    { numRuns: 300 },
  );
});
