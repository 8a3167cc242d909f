import { describe, it } from "vitest";

import { FakeFeed } from "../fakes/fake-feed.ts";
import { DRILL_ID } from "../fakes/memory-drills.ts";
import { json, problemOf, startGateway } from "./harness.ts";

const DRILL = {
  dependency: "ranker",
  kind: "latency",
  ms: 200,
  minutes: 5,
  reason: "to see",
  revision: 1,
};

/** An operator's calls. */
async function operator(hasDrills = true) {
  const gateway = startGateway({}, undefined, new FakeFeed(), hasDrills);
  const authorization = `Bearer ${await gateway.token({ sub: "ann", roles: ["operator"] })}`;
  const get = () => gateway.request("/v1/admin/drills", { headers: { authorization } });
  const post = (path: string, body: unknown) => {
    const { headers, ...rest } = json(body);
    const init = { method: "POST", ...rest, headers: { ...headers, authorization } };
    return gateway.request(`/v1/admin/drills${path}`, init);
  };
  return { get, post };
}

describe("drills", () => {
  it("are started by whoever the token says, and listed", async ({ expect }) => {
    const { get, post } = await operator();
    expect((await post("", DRILL)).status).toBe(201);
    const list: unknown = await (await get()).json();
    expect(list).toMatchObject({
      revision: 2,
      active: [{ id: DRILL_ID }, { dependency: "ranker", by: "ann", region: "all", share: 1 }],
      audit: [{ what: "started", by: "ann", reason: "to see" }],
    });
  });

  it("are refused by the field that is to blame", async ({ expect }) => {
    const { post } = await operator();
    const fieldOf = async (fields: object) =>
      (await problemOf(await post("", { ...DRILL, ...fields }))).field;
    expect(await fieldOf({ region: "moon" })).toBe("region");
    expect(await fieldOf({ dependency: "store", kind: "kill", ms: undefined })).toBe("kind");
    expect(await fieldOf({ ms: 0 })).toBe("ms");
    expect(await fieldOf({ revision: 0 })).toBe("revision");
  });

  it("are stopped one by one, or all", async ({ expect }) => {
    const { post } = await operator();
    await post("", DRILL);
    const one: unknown = await (await post(`/${DRILL_ID}/stop`, { reason: "seen" })).json();
    expect(one).toMatchObject({ active: [{ dependency: "ranker" }] });
    expect((await post(`/${DRILL_ID}/stop`, { reason: "seen" })).status).toBe(404);
    expect(await (await post("/stop-all", { reason: "seen" })).json()).toMatchObject({
      active: [],
    });
  });

  it("do not exist where nothing can be injected, and the answer says so", async ({ expect }) => {
    const { get, post } = await operator(false);
    const answers = [
      await get(),
      await post("", { ...DRILL, region: "moon" }),
      await post(`/${DRILL_ID}/stop`, { reason: "seen" }),
      await post("/stop-all", { reason: "seen" }),
    ];
    for (const answer of answers) {
      const { status, detail } = await problemOf(answer);
      expect([status, detail]).toEqual([404, expect.stringContaining("injects no faults")]);
    }
  });
});
