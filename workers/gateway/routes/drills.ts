import { z } from "zod";

import { newFaultSchema } from "../../../core/chaos/fault.ts";
import { DRILL_LIMITS } from "../../../core/chaos/limits.ts";
import { type DrillList, drillListSchema, drillStopSchema } from "../../../core/chaos/service.ts";
import type { Failure } from "../../../core/errors.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Drills } from "../../../platform/drill-stubs.ts";
import type { GatewayContext, GatewayDeps } from "../context.ts";
import { operation, type Outcome } from "../operation.ts";

/** Drills end what goes wrong: a region that takes no writes must take these. */
const common = {
  tag: "Operators",
  access: "operator",
  cache: "personal",
  answer: drillListSchema,
  writes: false,
} as const;

/** Says why there is nothing here: whoever looks for it in production must not look on. */
const NONE: Result<never, Failure> = err({
  code: "not_found",
  what: "drill: this build injects no faults (docs/chaos.md)",
});

const byOf = (c: GatewayContext): string =>
  c.get("caller")?.subject.slice(0, DRILL_LIMITS.drillByCharsMax) ?? "";

async function asked(
  { drills }: Pick<GatewayDeps, "drills">,
  ask: (drills: Drills) => Promise<Result<DrillList, Failure>>,
): Outcome<DrillList> {
  if (drills === null) return NONE;
  const answer = await ask(drills);
  return answer.ok ? ok({ value: answer.value, ticket: null }) : answer;
}

/** Faults that are injected on purpose, in builds that can: docs/chaos.md. */
export const drillOperations = [
  operation({
    ...common,
    rate: "read",
    id: "drills",
    method: "get",
    path: "/v1/admin/drills",
    summary: "Faults that are being injected, and who has injected which",
    status: 200,
    failures: ["not_found"],
    handle: ({ deps }) => asked(deps, (drills) => drills.list()),
  }),
  operation({
    ...common,
    rate: "write",
    id: "startDrill",
    method: "post",
    path: "/v1/admin/drills",
    summary: "Inject a fault, for some minutes at most",
    note: "`revision` is of the list that you looked at: when it has changed since, nothing happens and you get 409. A build for production answers 404.",
    body: newFaultSchema,
    status: 201,
    failures: ["conflict", "limit_reached", "not_found"],
    async handle({ deps, body, c }) {
      const { regions } = deps.config;
      const isKnown = body.region === "all" || regions.some(({ region }) => region === body.region);
      if (deps.drills !== null && !isKnown) {
        const reason = "is not a region of this product";
        return err({ code: "invalid_request", field: "region", reason });
      }
      return asked(deps, (drills) => drills.start(body, byOf(c)));
    },
  }),
  operation({
    ...common,
    rate: "write",
    id: "stopDrill",
    method: "post",
    path: "/v1/admin/drills/{id}/stop",
    summary: "Stop one",
    params: z.object({ id: z.string().regex(/^[0-9a-f-]{1,36}$/, "the id of a drill") }),
    body: drillStopSchema,
    status: 200,
    failures: ["not_found"],
    handle: ({ deps, params, body, c }) =>
      asked(deps, (drills) => drills.stop(params.id, body.reason, byOf(c))),
  }),
  operation({
    ...common,
    rate: "write",
    id: "stopAllDrills",
    method: "post",
    path: "/v1/admin/drills/stop-all",
    summary: "Stop all",
    body: drillStopSchema,
    status: 200,
    failures: ["not_found"],
    handle: ({ deps, body, c }) => asked(deps, (drills) => drills.stopAll(body.reason, byOf(c))),
  }),
];
