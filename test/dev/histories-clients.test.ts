import { describe, it } from "vitest";

import { Clients, COUNTED, type Counts } from "../../dev/histories/clients.ts";
import type { Product } from "../../dev/histories/product.ts";
import { type DriveLine, type DriveRequest, encode } from "../../dev/histories/wire.ts";
import type { ClientEvent } from "../../sim/history.ts";
import { ANN, BEN, saw, wrote } from "./small-history.ts";

/** A product whose driver says these lines, then hangs up in the middle of another. */
function productSaying(...calls: (readonly DriveLine[])[]) {
  const asked: DriveRequest[] = [];
  const stream = async (_target: string, body: unknown): Promise<Response> => {
    asked.push(body as DriveRequest);
    const lines = calls.shift() ?? [];
    const isWhole = lines.at(-1)?.kind === "end";
    const text = lines.map((line) => `${encode(line)}\n`).join("");
    return new Response(isWhole ? text : `${text}{"kind":"ev`);
  };
  return { asked, product: { stream } as unknown as Product };
}

function clientsOf() {
  const counts = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts;
  const heard: ClientEvent[] = [];
  const population = { users: [ANN], posts: [BEN] };
  const clients = new Clients("a", 2, population, counts, (event) => heard.push(event));
  return { clients, counts, heard };
}

describe("clients", () => {
  const pending = { opId: "a0-a1-1", writes: [{ op: "objDelete", id: ANN }] } as const;
  const settings = { seed: 1, steps: 5, writeShare: 0.5 };
  const signal = new AbortController().signal;
  const answer = (event: ClientEvent): DriveLine => ({
    kind: "event",
    event,
    ticket: "t1",
    post: null,
    operations: 1,
    retried: false,
  });

  it("take ticket and open writes into their next life when the stream breaks", async ({
    expect,
  }) => {
    const { clients, counts, heard } = clientsOf();
    const read = { ...saw(1, '"a"', 1), client: "a0" };
    const { product, asked } = productSaying(
      [{ kind: "sent", client: "a0", pending }, answer(read)],
      [answer({ ...wrote(3), client: "a0", opId: pending.opId }), { kind: "end" }],
      [{ kind: "end" }],
    );
    expect(await clients.drive(product, settings, signal)).toBe(false);
    expect(await clients.drive(product, settings, signal)).toBe(true);
    await clients.drive(product, settings, signal);
    expect(asked.map(({ clients: [first] }) => first)).toEqual([
      { name: "a0", ticket: null, pending: [] },
      { name: "a0", ticket: "t1", pending: [pending] },
      { name: "a0", ticket: "t1", pending: [] },
    ]);
    expect(new Set(asked.map(({ call }) => call)).size).toBe(3);
    expect(heard.map(({ kind }) => kind)).toEqual(["read", "write"]);
    expect(counts).toMatchObject({ operations: 2, reads: 1, acknowledged: 1, streamsEnded: 1 });
  });

  it("keep asking for a write of unknown outcome, and leave a refused one", async ({ expect }) => {
    const { clients, counts } = clientsOf();
    const open = { ...wrote(3), client: "a0", opId: pending.opId, response: null };
    const { product, asked } = productSaying(
      [{ kind: "sent", client: "a0", pending }, answer(open), { kind: "end" }],
      [answer({ ...open, refused: true }), { kind: "end" }],
      [],
    );
    for (let n = 0; n < 3; n++) await clients.drive(product, settings, signal);
    expect(asked.map(({ clients: [first] }) => first?.pending.length)).toEqual([0, 1, 0]);
    expect(counts).toMatchObject({ unknown: 1, refusedWrites: 1 });
  });
});
