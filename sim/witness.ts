import type { Leader } from "../core/tao/leader.ts";
import type { LeaderService } from "../core/tao/service.ts";
import type { Version } from "../core/tao/version.ts";

/** A leader as its callers see it; whatever it does as leader is noted at that very moment. */
export function witness(leader: Leader, acted: (at: Version, what: string) => void): LeaderService {
  return {
    write: async (request) => {
      const answer = await leader.write(request);
      if (answer.ok && !answer.value.replayed) acted(answer.value.at, "a write was acknowledged");
      return answer;
    },
    read: async (request) => {
      const answer = await leader.read(request);
      if (answer.ok) acted(answer.value.at, "a read was answered");
      return answer;
    },
    fill: async (follower, request) => {
      const answer = await leader.fill(follower, request);
      if (answer.ok) acted(answer.value.at, "a fill was answered");
      return answer;
    },
    pull: async (follower, after) => {
      const answer = await leader.pull(follower, after);
      if (answer.ok && answer.value !== null) acted(answer.value.head, "a pull was answered");
      return answer;
    },
    applyInverses: (from, inverses) => leader.applyInverses(from, inverses),
    release: (epoch) => leader.release(epoch),
    sweep: () => leader.sweep(),
  };
}
