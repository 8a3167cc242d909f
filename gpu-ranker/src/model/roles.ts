import { err, ok, type Result } from "../../../core/result.ts";

/** Which version does what. Plain JSON; each transition returns the next state. */
export interface Roles {
  readonly serving: string | null;
  /** What served before: warm, for a rollback. */
  readonly previous: string | null;
  /** Loaded and checked, not yet asked by anybody who did not name it. */
  readonly standby: string | null;
  readonly canary: { readonly version: string; readonly percent: number } | null;
  /** Runs beside, on a thread of its own, for a share of viewers; nobody gets its answers. */
  readonly shadow: { readonly version: string; readonly percent: number } | null;
}

export const NO_ROLES: Roles = {
  serving: null,
  previous: null,
  standby: null,
  canary: null,
  shadow: null,
};

/** Versions that must be in memory to answer; a shadow has a thread of its own besides. */
export const inUse = ({ serving, previous, standby, canary }: Roles): ReadonlySet<string> =>
  new Set([serving, previous, standby, canary?.version ?? null].filter((v) => v !== null));

/** `version` is loaded. One waits at a time; a newer one takes its place. */
export const onLoad = (roles: Roles, version: string): Roles =>
  inUse(roles).has(version) ? roles : { ...roles, standby: version };

export function promote(roles: Roles, version: string): Result<Roles, string> {
  if (!inUse(roles).has(version)) return err(`${version} is not loaded`);
  if (roles.serving === version) return ok(roles);
  return ok({
    ...roles,
    serving: version,
    previous: roles.serving,
    standby: roles.standby === version ? null : roles.standby,
    canary: roles.canary?.version === version ? null : roles.canary,
  });
}

/** Serves what served before, and keeps what served now, so that a rollback can be taken back. */
export function rollback(roles: Roles): Result<Roles, string> {
  if (roles.previous === null) return err("nothing served before");
  return promote(roles, roles.previous);
}

/** @param percent 0 ends the canary, and its version waits as standby. */
export function setCanary(roles: Roles, version: string, percent: number): Result<Roles, string> {
  if (!inUse(roles).has(version)) return err(`${version} is not loaded`);
  if (roles.serving === version) return err(`${version} serves everybody`);
  if (percent === 0)
    return ok(
      roles.canary?.version === version ? { ...roles, canary: null, standby: version } : roles,
    );
  return ok({
    ...roles,
    canary: { version, percent },
    standby: roles.standby === version ? null : roles.standby,
  });
}

export const setShadow = (roles: Roles, shadow: Roles["shadow"]): Roles => ({ ...roles, shadow });
