import { describe, it } from "vitest";

import { newFaultSchema } from "../../../core/chaos/fault.ts";
import { DRILL_DEPENDENCIES, FAULT_KINDS, KINDS_OF } from "../../../core/chaos/kinds.ts";

const lasting = { minutes: 5, reason: "to see", revision: 0 };
const PARAMS = {
  latency: { ms: 200 },
  errors: {},
  partition: {},
  kill: {},
  "clock-skew": { ms: -5 },
};
const wanted = (fields: object) => newFaultSchema.safeParse({ ...lasting, ...fields });
/** The field that is to blame. */
const blamed = (fields: object) => wanted(fields).error?.issues.map(({ path }) => path.join("."));

it.for(DRILL_DEPENDENCIES)(
  "%s can have what its table says, and nothing else",
  (dependency, { expect }) => {
    const region = dependency === "region" ? "us-east" : "all";
    const possible = FAULT_KINDS.filter(
      (kind) => wanted({ dependency, region, kind, ...PARAMS[kind] }).success,
    );
    expect(possible.toSorted()).toEqual([...KINDS_OF[dependency]].toSorted());
    for (const kind of FAULT_KINDS.filter((one) => !possible.includes(one)))
      expect(blamed({ dependency, region, kind, ...PARAMS[kind] })).toEqual(["kind"]);
  },
);

describe("what is refused names its field", () => {
  const latency = { dependency: "ranker", kind: "latency", ms: 200 };
  it.for([
    ["dependency", { ...latency, dependency: "moon" }],
    ["ms", { ...latency, ms: 10_001 }],
    ["ms", { ...latency, ms: undefined }],
    ["share", { ...latency, share: 0 }],
    ["share", { ...latency, share: 1.1 }],
    ["minutes", { ...latency, minutes: 61 }],
    ["minutes", { ...latency, minutes: 0 }],
    ["reason", { ...latency, reason: " " }],
    ["region", { ...latency, region: "Moon base" }],
    ["region", { dependency: "region", kind: "partition" }],
    ["region", { dependency: "media", kind: "partition", region: "us-east" }],
    ["revision", { ...latency, revision: undefined }],
    ["failure", { dependency: "store", kind: "errors", failure: "fire" }],
    ["operations", { dependency: "store", kind: "errors", operations: "some" }],
    ["kind", { dependency: "store", kind: "fire" }],
  ] as const)("%s of %j", ([field, fields], { expect }) => {
    expect(blamed(fields)).toEqual([field]);
  });

  it("such as one of another kind", ({ expect }) => {
    const { error } = wanted({ dependency: "leader", kind: "clock-skew", ms: 5, share: 0.5 });
    expect(error?.issues[0]?.message).toContain("share");
  });
});
