import type { ActionList } from "../core/ops/actions.ts";
import type { DemoRole, OperatorToken, Overview } from "../core/ops/overview.ts";
import type { RankingReport } from "../core/ranking/stats-schemas.ts";
import { createClient } from "./client.ts";
import type { CallOptions, ClientOptions } from "./transport.ts";

export type OperatorClient = ReturnType<typeof createOperatorClient>;

/** The client with what only operators ask for, which readers' pages must not have to load. */
export function createOperatorClient(options: ClientOptions) {
  const client = createClient(options);
  const { transport } = client;
  return {
    ...client,

    /** Parts of the system's state by name; what cannot be read now comes as it was recorded last. */
    opsOverview: (sections: readonly string[] = [], call?: CallOptions) =>
      transport.send<Overview>(
        {
          method: "GET",
          path: "/v1/admin/overview",
          query: { sections: sections.length === 0 ? undefined : sections.join(",") },
        },
        call,
      ),

    /** How pages are ranked, as one isolate of the proxy and every region know it. */
    ranking: (call?: CallOptions) =>
      transport.send<RankingReport>({ method: "GET", path: "/v1/admin/ranking" }, call),

    /** Who did what where nothing else keeps it, newest first. */
    operatorActions: (call?: CallOptions) =>
      transport.send<ActionList>({ method: "GET", path: "/v1/admin/actions" }, call),

    /** Roles that demo sign-in hands out; `not_found` outside development. */
    demoOperatorRoles: (call?: CallOptions) =>
      transport.send<{ readonly roles: readonly DemoRole[] }>(
        { method: "GET", path: "/v1/demo/operator" },
        call,
      ),
    demoOperator: (role: DemoRole, call?: CallOptions) =>
      transport.send<OperatorToken>(
        { method: "POST", path: "/v1/demo/operator", json: { role } },
        call,
      ),
  };
}
