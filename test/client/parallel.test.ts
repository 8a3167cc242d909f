import { it } from "vitest";

import { createClient } from "../../client/client.ts";
import type { ClientOptions } from "../../client/transport.ts";
import { LIMITS } from "../../core/limits.ts";

/** Requests that are answered when the test says so. */
function held(options: Partial<ClientOptions> = {}) {
  const sent: { readonly ticket: string | null; readonly answer: (ticket?: string) => void }[] = [];
  const client = createClient({
    baseUrl: "",
    sleep: async () => undefined,
    fetch: (_, init) => {
      const { promise, resolve } = Promise.withResolvers<Response>();
      const ticket = new Headers(init.headers).get("edgewise-ticket");
      const answer = (own?: string): void =>
        resolve(
          Response.json({}, own === undefined ? {} : { headers: { "edgewise-ticket": own } }),
        );
      sent.push({ ticket, answer });
      return promise;
    },
    ...options,
  });
  const settle = () => new Promise((settled) => setImmediate(settled));
  return { client, sent, settle };
}
const MAX = LIMITS.ticketsOwnMax;

it("lets as many go together as it can carry the tickets of, and the others by turns", async ({
  expect,
}) => {
  const { client, sent, settle } = held();
  const reads = Array.from({ length: MAX + 2 }, () => client.profile("ada"));
  expect(sent).toHaveLength(MAX);
  for (const [i, { answer }] of sent.slice(0, MAX - 1).entries()) answer(`t${i}`);
  await settle();
  expect(sent, "what came and what may come fill the bound").toHaveLength(MAX);
  sent[MAX - 1]?.answer();
  await settle();
  const all = Array.from({ length: MAX - 1 }, (_, i) => `t${i}`).join(",");
  expect(sent[MAX]?.ticket).toBe(all);
  sent[MAX]?.answer("one");
  await settle();
  expect(sent[MAX + 1]?.ticket).toBe("one");
  sent[MAX + 1]?.answer();
  await Promise.all(reads);
});

it("asks alone when it holds as many as it may: the answer is one for all", async ({ expect }) => {
  const { client, sent, settle } = held();
  for (let i = 0; i < MAX; i++) void client.profile("ada");
  for (const [i, { answer }] of sent.entries()) answer(`t${i}`);
  await settle();
  void client.profile("ada");
  void client.profile("ada");
  expect(sent).toHaveLength(MAX + 1);
  expect(sent[MAX]?.ticket?.split(",")).toHaveLength(MAX);
  sent[MAX]?.answer("one");
  await settle();
  expect(sent[MAX + 1]?.ticket).toBe("one");
});

it("keeps no turn of a caller who gave up, or of a request that is lost", async ({ expect }) => {
  const { client, sent, settle } = held({ timeoutMs: 20 });
  const lost = Array.from({ length: MAX }, () => client.signIn("ada").catch(() => "lost"));
  const gone = new AbortController();
  const waiting = client.profile("ada", { signal: gone.signal });
  gone.abort(new Error("gone"));
  await expect(waiting).rejects.toThrow("gone");
  expect(sent).toHaveLength(MAX);
  expect(new Set(await Promise.all(lost))).toEqual(new Set(["lost"]));
  const before = sent.length;
  for (let i = 0; i < MAX; i++) void client.profile("ada").catch(() => null);
  expect(sent).toHaveLength(before + MAX);
  await settle();
});

it("does not make a page that is closing wait", async ({ expect }) => {
  const { client, sent, settle } = held();
  for (let i = 0; i < MAX; i++) void client.profile("ada");
  void client.reportSeen([], { keepalive: true });
  await settle();
  expect(sent).toHaveLength(MAX + 1);
});
