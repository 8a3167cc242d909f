import { err, ok, type Result } from "../../../core/result.ts";
import type { Lane } from "../lane/lane.ts";
import { inCanary } from "./canary.ts";
import type { LoadFault } from "./load-fault.ts";
import {
  inUse,
  NO_ROLES,
  onLoad,
  promote,
  rollback,
  type Roles,
  setCanary,
  setShadow,
} from "./roles.ts";
import type { Loaded } from "./thread-messages.ts";

export interface RegistryDeps {
  /** Starts a lane: a fresh thread, loaded, warm and checked. */
  readonly openLane: (version: string, inBackground: boolean) => Promise<Result<Lane, LoadFault>>;
  /** Told after each change. */
  readonly changed: (models: readonly { readonly loaded: Loaded; readonly role: string }[]) => void;
}

/** An operator's wish that was not done. Nothing changed then. */
export type ChangeFault =
  | { readonly why: "refused"; readonly fault: LoadFault }
  | { readonly why: "conflict"; readonly reason: string };

/** Versions in memory, who does what, and the change from one to another while requests run. */
export class Registry {
  readonly #deps: RegistryDeps;
  readonly #lanes = new Map<string, Lane>();
  #shadow: Lane | null = null;
  #roles: Roles = NO_ROLES;
  /** Changes run one after another; each sees what the one before it left. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: RegistryDeps) {
    this.#deps = deps;
  }

  get roles(): Roles {
    return this.#roles;
  }

  get serving(): Lane | null {
    return this.#lane(this.#roles.serving);
  }

  get shadow(): Lane | null {
    return this.#shadow;
  }

  /** The shadow, if it is to score for `viewer`, too. Whom nobody knows it scores for only if it does for everybody. */
  shadowOf(viewer: string | null): Lane | null {
    const { shadow } = this.#roles;
    if (shadow === null) return null;
    const { version, percent } = shadow;
    return percent >= 100 || inCanary(viewer, version, percent) ? this.#shadow : null;
  }

  lane(version: string): Lane | null {
    return this.#lane(version);
  }

  get lanes(): readonly Lane[] {
    return [...this.#lanes.values()];
  }

  /** Who scores for `viewer`; null before the first model. */
  pick(viewer: string | null): Lane | null {
    const { canary } = this.#roles;
    if (canary !== null && inCanary(viewer, canary.version, canary.percent)) {
      const lane = this.#lane(canary.version);
      // A canary that is being started again must not cost its viewers their answers.
      if (lane?.ready === true) return lane;
    }
    return this.serving;
  }

  load(version: string): Promise<Result<Loaded, ChangeFault>> {
    return this.#inTurn(() => this.#load(version));
  }

  /** Makes `version` serve everybody, after loading it where it is not yet. */
  promote(version: string): Promise<Result<Roles, ChangeFault>> {
    return this.#inTurn(() => this.#withLoaded(version, (roles) => promote(roles, version)));
  }

  rollback(): Promise<Result<Roles, ChangeFault>> {
    return this.#inTurn(() => Promise.resolve(this.#change(rollback(this.#roles))));
  }

  canary(version: string, percent: number): Promise<Result<Roles, ChangeFault>> {
    return this.#inTurn(() =>
      this.#withLoaded(version, (roles) => setCanary(roles, version, percent)),
    );
  }

  /** @param percent of viewers, always the same ones for one version. */
  setShadow(version: string | null, percent: number): Promise<Result<Roles, ChangeFault>> {
    return this.#inTurn(async () => {
      const opened = version === null ? ok(null) : await this.#deps.openLane(version, true);
      if (!opened.ok) return err({ why: "refused", fault: opened.error });
      const before = this.#shadow;
      this.#shadow = opened.value;
      void before?.stop();
      const shadow = version === null ? null : { version, percent };
      return this.#change(ok(setShadow(this.#roles, shadow)));
    });
  }

  async stop(): Promise<void> {
    await this.#turn;
    await Promise.all([...this.#lanes.values(), this.#shadow].map((lane) => lane?.stop()));
  }

  async #withLoaded(
    version: string,
    transition: (roles: Roles) => Result<Roles, string>,
  ): Promise<Result<Roles, ChangeFault>> {
    const loaded = await this.#load(version);
    return loaded.ok ? this.#change(transition(this.#roles)) : loaded;
  }

  async #load(version: string): Promise<Result<Loaded, ChangeFault>> {
    const before = this.#lane(version);
    if (before !== null) return ok(before.loaded);
    const opened = await this.#deps.openLane(version, false);
    if (!opened.ok) return err({ why: "refused", fault: opened.error });
    this.#lanes.set(version, opened.value);
    this.#change(ok(onLoad(this.#roles, version)));
    return ok(opened.value.loaded);
  }

  /** The switch: one assignment, so each request sees the roles before it or after it. */
  #change(next: Result<Roles, string>): Result<Roles, ChangeFault> {
    if (!next.ok) return err({ why: "conflict", reason: next.error });
    this.#roles = next.value;
    const kept = inUse(next.value);
    for (const [version, lane] of this.#lanes) {
      if (kept.has(version)) continue;
      this.#lanes.delete(version);
      void lane.stop();
    }
    this.#deps.changed(this.#named());
    return ok(next.value);
  }

  #named(): readonly { readonly loaded: Loaded; readonly role: string }[] {
    const { serving, previous, standby, canary, shadow } = this.#roles;
    const roles = { serving, previous, standby, canary: canary?.version ?? null };
    const models = Object.entries(roles).flatMap(([role, version]) => {
      const lane = this.#lane(version);
      return lane === null ? [] : [{ loaded: lane.loaded, role }];
    });
    return shadow === null || this.#shadow === null
      ? models
      : [...models, { loaded: this.#shadow.loaded, role: "shadow" }];
  }

  #lane(version: string | null): Lane | null {
    return version === null ? null : (this.#lanes.get(version) ?? null);
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(change);
    this.#turn = turn.catch(() => null);
    return turn;
  }
}
