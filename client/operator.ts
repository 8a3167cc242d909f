import type { DemoRole, OperatorToken, Overview } from "../core/ops/overview.ts";
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
