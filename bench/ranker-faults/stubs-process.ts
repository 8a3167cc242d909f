import { startStubRanker, type StubRanker } from "../../dev/stub-ranker.ts";
import type { StubOrder, StubReply } from "./stubs.ts";

/** Stub rankers in a process of their own: a generator on the same thread would make them late. */

const stubs: StubRanker[] = [];

async function follow(order: StubOrder): Promise<unknown> {
  if (order.do === "start") {
    const stub = await startStubRanker();
    stubs.push(stub);
    return stub.url;
  }
  const stub = stubs.find(({ url }) => url === order.url);
  if (stub === undefined) throw new Error(`no stub at ${order.url}`);
  switch (order.do) {
    case "kill":
      return stub.kill();
    case "restart":
      return stub.restart();
    case "fault":
      stub.fault = order.fault;
      return null;
    case "seen":
      return stub.seen;
  }
}

process.on("message", (message: { readonly id: number; readonly order: StubOrder }) => {
  const reply = (answer: Omit<StubReply, "id">) => process.send?.({ id: message.id, ...answer });
  follow(message.order).then(
    (value) => reply({ value }),
    (error: unknown) => reply({ error: String(error) }),
  );
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit(0));
