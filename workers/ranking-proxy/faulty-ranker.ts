import type { Region } from "../../core/regions/regions.ts";
import type { HeavyPorts } from "../../core/ranking/heavy.ts";
import type { RankerReply } from "../../core/ranking/ranker-call.ts";
import { drillsOf } from "../../platform/drilled-env.ts";
import { through } from "../../platform/faulty-call.ts";

type RankerPorts = Pick<HeavyPorts, "ask" | "isReady">;

/** Rankers as the drills have them: a killed one refuses the connection, and is not ready either. */
export function faultyRanker(ports: RankerPorts, env: object): RankerPorts {
  const drills = drillsOf(env);
  if (drills === null) return ports;
  const at = (region: Region | null) =>
    ({ dependency: "ranker", region, operation: "read" }) as const;
  return {
    ask(question) {
      let cancel = () => {};
      let isOver = false;
      const call = () => {
        if (isOver) return Promise.resolve<RankerReply>({ kind: "error", detail: "cancelled" });
        const asked = ports.ask(question);
        ({ cancel } = asked);
        return asked.reply;
      };
      return {
        reply: through(drills, at(question.region), call).catch((error: unknown): RankerReply => ({
          kind: "error",
          detail: String(error),
        })),
        cancel: () => {
          isOver = true;
          cancel();
        },
      };
    },
    isReady: (server) => through(drills, at(null), () => ports.isReady(server)).catch(() => null),
  };
}
