import { it } from "vitest";

import { createClient } from "../../client/client.ts";
import type { ClientOptions } from "../../client/transport.ts";
import type { CallContext } from "../../core/feed/service.ts";
import { startGateway } from "../gateway/harness.ts";

async function start(options: Partial<ClientOptions> = {}) {
  const gateway = startGateway();
  const token = await gateway.token();
  const client = createClient({
    baseUrl: "http://localhost",
    token: () => token,
    fetch: async (url, init) => gateway.app.request(url, init),
    ...options,
  });
  const asked = () => {
    const context = gateway.feed.calls.at(-1)?.args[0] as CallContext | undefined;
    return [context?.consistency, context?.allowStale];
  };
  return { gateway, client, asked };
}

it("asks for what the client or the call says, and for a ticket's freshness otherwise", async ({
  expect,
}) => {
  const plain = await start();
  await plain.client.feed();
  expect(plain.asked()).toEqual(["ticket", false]);
  await plain.client.feed({}, { consistency: "leader" });
  expect(plain.asked()).toEqual(["leader", false]);

  const lenient = await start({ consistency: "eventual", allowStale: true });
  await lenient.client.profile("ada");
  expect(lenient.asked()).toEqual(["eventual", true]);
  await lenient.client.profile("ada", { consistency: "ticket", allowStale: false });
  expect(lenient.asked()).toEqual(["ticket", false]);
  await lenient.client.createPost({ text: "hello" });
  expect(lenient.asked(), "a write decides for itself").toEqual(["ticket", false]);
});

it("tells of an answer that may be too old, and of no other", async ({ expect }) => {
  const told: number[] = [];
  const { gateway, client } = await start({ onStale: (staleMs) => told.push(staleMs) });
  await client.feed();
  expect(told).toEqual([]);
  gateway.feed.staleMs = 61_000;
  await client.feed();
  expect(told).toEqual([61_000]);
});
