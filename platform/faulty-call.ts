import type { Sleep } from "../core/clock.ts";
import type { FollowedDrills } from "../core/chaos/followed.ts";
import type { DrillDependency } from "../core/chaos/kinds.ts";
import type { Injected, Site } from "../core/chaos/inject.ts";
import { DRILL_LIMITS } from "../core/chaos/limits.ts";
import { systemSleep } from "./clock.ts";

/** Says in every log that nothing real has happened. */
export const INJECTED = "injected by a drill";

/** Calls that hang in this isolate. */
let held = 0;

/**
 * Makes a call as the drills that go on will have it. What fails, fails as the platform does.
 *
 * @param kill takes away whoever would answer, before the call is made; without it the call fails.
 * @throws what `call` does, or an error that says `INJECTED`.
 */
export async function through<T>(
  drills: FollowedDrills,
  site: Site,
  call: () => Promise<T>,
  kill?: () => Promise<unknown>,
  sleep: Sleep = systemSleep,
): Promise<T> {
  const injected = drills.isQuiet ? null : await drills.injected(site);
  if (injected === null) return call();
  if (injected.delayMs > 0) await hold(injected.delayMs, sleep);
  switch (injected.outcome) {
    case "call":
      return call();
    case "kill":
      if (kill === undefined) throw lost(site.dependency);
      await kill().catch(() => undefined); // The dead do not answer.
      return call();
    default:
      return failing(injected.outcome, site.dependency, sleep);
  }
}

async function failing(
  how: Exclude<Injected["outcome"], "call" | "kill">,
  dependency: DrillDependency,
  sleep: Sleep,
): Promise<never> {
  if (how === "partition") await hold(DRILL_LIMITS.drillPartitionMs, sleep);
  if (how === "timeout") await hold(DRILL_LIMITS.drillTimeoutMs, sleep);
  if (how === "overloaded")
    throw Object.assign(new Error(`${dependency} is overloaded: ${INJECTED}`), {
      overloaded: true,
    });
  throw lost(dependency);
}

/** @throws Error when too many calls hang already. */
async function hold(ms: number, sleep: Sleep): Promise<void> {
  if (held >= DRILL_LIMITS.drillHeldMax) throw new Error(`too many calls hang: ${INJECTED}`);
  held++;
  try {
    await sleep(ms);
  } finally {
    held--;
  }
}

const lost = (dependency: DrillDependency) =>
  Object.assign(new Error(`${dependency}: the connection was lost: ${INJECTED}`), {
    retryable: true,
  });

/**
 * The same object, with every call of a method going through the drills.
 *
 * @param again how to reach it anew: a stub that one call has broken, or a kill, is of no use to the next.
 */
export function faulty<T extends object>(
  target: T,
  drills: FollowedDrills,
  siteOf: (method: string) => Site,
  again: { readonly fresh: () => T; readonly kill?: () => Promise<unknown> } = {
    fresh: () => target,
  },
): T {
  return new Proxy(target, {
    get(_target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof name === "symbol" || typeof member !== "function") return member;
      const callAgain = async (args: readonly unknown[]): Promise<unknown> => {
        const fresh = again.fresh();
        return Reflect.apply(Reflect.get(fresh, name, fresh) as typeof member, fresh, args);
      };
      return (...args: unknown[]): unknown =>
        drills.isQuiet
          ? Reflect.apply(member, target, args)
          : through(drills, siteOf(name), () => callAgain(args), again.kill);
    },
  });
}
