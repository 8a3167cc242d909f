import { describe, it } from "vitest";

import { inCanary } from "../../gpu-ranker/src/model/canary.ts";
import { nodesByProvider, ranOn } from "../../gpu-ranker/src/model/profile.ts";
import {
  inUse,
  NO_ROLES,
  onLoad,
  promote,
  rollback,
  type Roles,
  setCanary,
} from "../../gpu-ranker/src/model/roles.ts";

const after = (...versions: string[]): Roles =>
  versions.reduce((roles, version) => {
    const next = promote(onLoad(roles, version), version);
    if (!next.ok) throw new Error(next.error);
    return next.value;
  }, NO_ROLES);

describe("roles", () => {
  it("keep what served before, and nothing older", ({ expect }) => {
    const roles = after("v1", "v2", "v3");
    expect(roles).toMatchObject({ serving: "v3", previous: "v2", standby: null });
    expect([...inUse(roles)]).toEqual(["v3", "v2"]);
  });

  it("go back, and back again", ({ expect }) => {
    const back = rollback(after("v1", "v2"));
    expect(back).toMatchObject({ ok: true, value: { serving: "v1", previous: "v2" } });
    if (!back.ok) return;
    expect(rollback(back.value)).toMatchObject({
      ok: true,
      value: { serving: "v2", previous: "v1" },
    });
    expect(rollback(after("v1"))).toMatchObject({ ok: false });
    expect(rollback(NO_ROLES)).toMatchObject({ ok: false });
  });

  it("take only what is loaded", ({ expect }) => {
    expect(promote(after("v1"), "v2")).toMatchObject({ ok: false });
    expect(setCanary(after("v1"), "v2", 10)).toMatchObject({ ok: false });
  });

  it("stay as they are when the serving version is promoted", ({ expect }) => {
    const roles = after("v1", "v2");
    expect(promote(roles, "v2")).toEqual({ ok: true, value: roles });
  });

  it("end a canary by percentage or by promotion", ({ expect }) => {
    const trying = setCanary(onLoad(after("v1"), "v2"), "v2", 10);
    expect(trying).toMatchObject({
      ok: true,
      value: { serving: "v1", standby: null, canary: { version: "v2", percent: 10 } },
    });
    if (!trying.ok) return;
    expect(setCanary(trying.value, "v2", 0)).toMatchObject({
      value: { canary: null, standby: "v2" },
    });
    expect(promote(trying.value, "v2")).toMatchObject({
      value: { serving: "v2", previous: "v1", canary: null },
    });
    expect(setCanary(trying.value, "v1", 10)).toMatchObject({ ok: false });
  });

  it("hold one standby", ({ expect }) => {
    const roles = onLoad(onLoad(after("v1"), "v2"), "v3");
    expect(roles.standby).toBe("v3");
    expect(onLoad(roles, "v1")).toEqual(roles);
  });
});

describe("a canary", () => {
  const viewers = Array.from({ length: 20_000 }, (_, at) => String(7_000_000_000 + at * 37));
  const share = (version: string, percent: number) =>
    viewers.filter((viewer) => inCanary(viewer, version, percent));

  it("has the share of viewers that was asked for", ({ expect }) => {
    expect(share("v2", 0)).toEqual([]);
    expect(share("v2", 100)).toEqual(viewers);
    // Four standard deviations of a binomial draw of 20,000.
    expect(Math.abs(share("v2", 10).length - 2_000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.09));
    expect(Math.abs(share("v2", 0.5).length - 100)).toBeLessThan(40);
  });

  it("keeps its viewers as it grows, and another version has others", ({ expect }) => {
    const wider = new Set(share("v2", 20));
    expect(share("v2", 10).every((viewer) => wider.has(viewer))).toBe(true);
    const other = new Set(share("v3", 10));
    const both = share("v2", 10).filter((viewer) => other.has(viewer)).length;
    expect(Math.abs(both - 200)).toBeLessThan(70);
  });

  it("has nobody whose name is not known", ({ expect }) => {
    expect(inCanary(null, "v2", 100)).toBe(false);
  });
});

describe("a profile", () => {
  const events = (...providers: (string | undefined)[]) =>
    JSON.stringify(providers.map((provider) => ({ cat: "Node", args: { provider } })));

  it("says where the nodes ran", ({ expect }) => {
    const nodes = nodesByProvider(
      events("CUDAExecutionProvider", "CPUExecutionProvider", undefined, ""),
    );
    expect(nodes).toEqual({ CUDAExecutionProvider: 1, CPUExecutionProvider: 1 });
    expect(nodesByProvider("[{}, {")).toBe(null);
    expect(nodesByProvider('{"a":1}')).toBe(null);
  });

  it("shows an accelerator that left the work to the CPU", ({ expect }) => {
    expect(ranOn("cuda", { CPUExecutionProvider: 12 })).toBe(false);
    expect(ranOn("cuda", { CPUExecutionProvider: 6, CUDAExecutionProvider: 6 })).toBe(false);
    expect(ranOn("cuda", { CPUExecutionProvider: 2, CUDAExecutionProvider: 10 })).toBe(true);
    expect(ranOn("cpu", {})).toBe(false);
  });
});
