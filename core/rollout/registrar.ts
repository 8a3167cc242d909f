import type { FailureName } from "../telemetry/events.ts";
import type { Clock } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { fingerprint } from "../hash.ts";
import type { Region } from "../regions/regions.ts";
import { err, ok, type Result } from "../result.ts";
import { ROLLOUT_LIMITS } from "./limits.ts";
import { type KeptStage, Observations } from "./observations.ts";
import { isExposing } from "./phase.ts";
import { type Change, command, create, EMPTY, look } from "./register.ts";
import type {
  AuditDraft,
  AuditEntry,
  NewRollout,
  RolloutAction,
  RolloutDocument,
  RolloutList,
  RolloutView,
} from "./rollout.ts";
import type { Exchange, ExchangeAnswer, Operator, RolloutRegisterService } from "./service.ts";
import { viewOf } from "./view.ts";

/** What an operation was, so that it is not done twice. */
export interface Done {
  readonly opId: string;
  readonly fingerprint: string;
  readonly rollout: string;
}

/** Where the register is kept. A call of `save` takes effect as a whole, or not at all. */
export interface RegisterTable {
  load(): { readonly document: RolloutDocument | null; readonly stages: readonly KeptStage[] };
  save(document: RolloutDocument, audit: readonly AuditDraft[], done: Done | null): void;
  keep(stages: readonly KeptStage[]): void;
  done(opId: string): Done | null;
  /** Newest first. */
  audit(limit: number): AuditEntry[];
  auditSize(): number;
  /** Oldest first. */
  oldest(limit: number): AuditEntry[];
  forget(upToSeq: number): void;
}

export interface RegistrarPorts {
  readonly clock: Clock;
  readonly table: RegisterTable;
  /** Has `wake` called at this Unix ms. */
  readonly arm: (atMs: number) => void;
  /** Keeps entries of the audit log for good; may reject, and may be asked again for the same ones. */
  readonly archive: (entries: readonly AuditEntry[]) => Promise<void>;
  /** So many rollouts were taken back by a guard just now: somebody should look. */
  readonly rolledBack: (count: number) => void;
  readonly report: (event: FailureName, error: unknown) => void;
}

/** Keeps the register of rollouts: what changes it and what its audit log says become durable together. */
export class Registrar implements RolloutRegisterService {
  readonly #ports: RegistrarPorts;
  readonly #observations: Observations;
  readonly #regions = new Map<Region, { readonly revision: number; readonly atMs: number }>();
  #document: RolloutDocument;
  #keptMs = Number.NEGATIVE_INFINITY;
  #isArmed = false;

  constructor(ports: RegistrarPorts) {
    this.#ports = ports;
    const { document, stages } = ports.table.load();
    this.#document = document ?? EMPTY;
    this.#observations = new Observations(stages);
    this.#arm();
  }

  async exchange(region: Region, { revision, deltas }: Exchange): Promise<ExchangeAnswer> {
    for (const delta of deltas) this.#observations.add(this.#document, delta);
    if (revision !== null) this.#noteRegion(region, revision);
    this.#look();
    return { document: this.#document.revision === revision ? null : this.#document };
  }

  async list(): Promise<Result<RolloutList, Failure>> {
    this.#look();
    const nowMs = this.#ports.clock.nowMs();
    const { revision, rollouts } = this.#document;
    return ok({
      revision,
      rollouts: rollouts.map((rollout) => viewOf(rollout, this.#observations.of(rollout.id))),
      audit: this.#ports.table.audit(ROLLOUT_LIMITS.rolloutAuditShown),
      regions: [...this.#regions].map(([region, known]) => ({
        region,
        revision: known.revision,
        agoMs: nowMs - known.atMs,
      })),
    });
  }

  async get(id: string): Promise<Result<RolloutView, Failure>> {
    this.#look();
    return this.#view(id);
  }

  create(
    wanted: NewRollout,
    reason: string,
    operator: Operator,
  ): Promise<Result<RolloutView, Failure>> {
    const by = { who: operator.who, reason };
    const nowMs = this.#ports.clock.nowMs();
    return this.#do(wanted.id, { wanted, reason }, operator, () =>
      create(this.#document, wanted, by, nowMs),
    );
  }

  act(
    id: string,
    action: RolloutAction,
    operator: Operator,
  ): Promise<Result<RolloutView, Failure>> {
    const by = { who: operator.who, reason: action.reason };
    const nowMs = this.#ports.clock.nowMs();
    return this.#do(id, { id, action }, operator, () =>
      command(this.#document, id, action, by, nowMs),
    );
  }

  /** Time passes for rollouts that nobody reads under, too; what the audit log has too much of is archived. */
  async wake(): Promise<void> {
    this.#isArmed = false;
    this.#look();
    this.#keep();
    this.#arm();
    const { table, archive, report } = this.#ports;
    if (table.auditSize() <= ROLLOUT_LIMITS.rolloutAuditMax) return;
    const old = table.oldest(ROLLOUT_LIMITS.rolloutAuditMax / 2);
    try {
      await archive(old);
      table.forget(old.at(-1)?.seq ?? 0);
    } catch (error) {
      report("rollout_audit_not_archived", error);
    }
  }

  /** An operation that was done before under its `opId` is not done again: its rollout is answered as it is. */
  async #do(
    id: string,
    content: unknown,
    { who, opId }: Operator,
    change: () => Result<Change, Failure>,
  ): Promise<Result<RolloutView, Failure>> {
    const { table } = this.#ports;
    const key = opId === null ? null : `${who} ${opId}`;
    const print = fingerprint(JSON.stringify(content));
    const before = key === null ? null : table.done(key);
    if (before !== null) {
      if (before.fingerprint === print) return this.#view(before.rollout);
      return err({ code: "idempotency_mismatch", reason: "it was used for something else" });
    }
    const changed = change();
    if (!changed.ok) return changed;
    const done = key === null ? null : { opId: key, fingerprint: print, rollout: id };
    this.#take(changed.value, done);
    return this.#view(id);
  }

  #view(id: string): Result<RolloutView, Failure> {
    const rollout = this.#document.rollouts.find((one) => one.id === id);
    return rollout === undefined
      ? err({ code: "not_found", what: `rollout ${id}` })
      : ok(viewOf(rollout, this.#observations.of(id)));
  }

  #look(): void {
    const { clock } = this.#ports;
    const nowMs = clock.nowMs();
    this.#take(
      look(this.#document, (id) => this.#observations.of(id), nowMs),
      null,
    );
    if (nowMs - this.#keptMs >= ROLLOUT_LIMITS.rolloutKeepMs) this.#keep();
  }

  #take({ document, audit }: Change, done: Done | null): void {
    if (document === this.#document) return;
    this.#ports.table.save(document, audit, done);
    this.#document = document;
    const back = audit.filter(({ action }) => action === "roll_back").length;
    if (back > 0) this.#ports.rolledBack(back);
    this.#arm();
  }

  #keep(): void {
    this.#keptMs = this.#ports.clock.nowMs();
    const exposing = this.#document.rollouts.some(({ phase }) => isExposing(phase));
    if (exposing) this.#ports.table.keep(this.#observations.kept(this.#document));
  }

  #arm(): void {
    const due =
      this.#document.rollouts.some(({ phase }) => isExposing(phase)) ||
      this.#ports.table.auditSize() > ROLLOUT_LIMITS.rolloutAuditMax;
    if (!due || this.#isArmed) return;
    this.#isArmed = true;
    this.#ports.arm(this.#ports.clock.nowMs() + ROLLOUT_LIMITS.rolloutLookMs);
  }

  #noteRegion(region: Region, revision: number): void {
    this.#regions.set(region, { revision, atMs: this.#ports.clock.nowMs() });
  }
}
