import type { FailureName } from "../../../core/telemetry/events.ts";
import type { Clock } from "../../../core/clock.ts";
import type { Failure } from "../../../core/errors.ts";
import type { CallContext } from "../../../core/feed/service.ts";
import { LIMITS } from "../../../core/limits.ts";
import type { Overview, Section } from "../../../core/ops/overview.ts";
import { err, type Result } from "../../../core/result.ts";
import type { OpsRecordStore, RecordedSection } from "../../../platform/ops-record.ts";
import { within } from "../../../platform/time-limit.ts";
import type { GatewayDeps } from "../context.ts";
import { problemOf } from "../problem.ts";
import { SECTIONS, type SectionSource } from "./sections.ts";

interface Ports {
  readonly store: OpsRecordStore;
  readonly clock: Clock;
  readonly report: (event: FailureName, error: unknown) => void;
  /** Default: all there are. */
  readonly sources?: readonly SectionSource[];
}

interface Remembered {
  readonly section: RecordedSection | null;
  /** When it was read from the store or from its source, Unix ms. */
  readonly readMs: number;
  /** From its source. */
  readonly isLive: boolean;
}

/**
 * Collects sections, each with its own time limit, all at once. What is read is recorded now and then; what
 * cannot be read is answered as it was recorded, with its age. So an isolate shows what it can, whatever is away.
 */
export class OpsSections {
  readonly #ports: Ports;
  readonly #sources: readonly SectionSource[];
  readonly #remembered = new Map<string, Remembered>();
  readonly #recordedMs = new Map<string, number>();

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#sources = ports.sources ?? SECTIONS;
  }

  get names(): readonly string[] {
    return this.#sources.map(({ name }) => name);
  }

  /** Those that may be read though nobody looks. */
  get cheapNames(): readonly string[] {
    return this.#sources.flatMap(({ name, isCostly }) => (isCostly === true ? [] : [name]));
  }

  /** @param names unknown ones are answered as `not_found`: a dashboard may be newer than its gateway. */
  async collect(
    deps: GatewayDeps,
    ctx: CallContext,
    names: readonly string[] = this.names,
  ): Promise<Overview> {
    const sections = await Promise.all(
      // Once each: a list of one name again and again would ask its source as often.
      [...new Set(names)].map((name) => this.#section(deps, ctx, name)),
    );
    return { nowMs: this.#ports.clock.nowMs(), sections };
  }

  /** Writes down what was read since the last time, at most as often as `opsRecordEveryMs`. Never rejects. */
  async record({ sections }: Overview): Promise<void> {
    const nowMs = this.#ports.clock.nowMs();
    const due = sections.filter(
      ({ name, live }) =>
        live && nowMs - (this.#recordedMs.get(name) ?? 0) >= LIMITS.opsRecordEveryMs,
    );
    await Promise.all(due.map((section) => this.#write(section, nowMs)));
  }

  async #write({ name, atMs, value }: Section, nowMs: number): Promise<void> {
    this.#recordedMs.set(name, nowMs);
    try {
      const chars = JSON.stringify(value).length;
      if (chars > LIMITS.opsRecordCharsMax) throw new Error(`${name} has ${chars} characters`);
      await this.#ports.store.write(name, { atMs: atMs ?? nowMs, value });
    } catch (error) {
      this.#ports.report("ops_record_failed", error);
    }
  }

  async #section(deps: GatewayDeps, ctx: CallContext, name: string): Promise<Section> {
    const source = this.#sources.find((one) => one.name === name);
    if (source === undefined) return absent(name, { code: "not_found", what: "section" });
    const kept = this.#kept(source);
    if (kept !== null) return { name, live: true, error: null, ...kept };
    const read = await this.#read(source, deps, ctx);
    const nowMs = this.#ports.clock.nowMs();
    if (read.ok) {
      this.#remembered.set(name, {
        section: { atMs: nowMs, value: read.value },
        readMs: nowMs,
        isLive: true,
      });
      return { name, atMs: nowMs, live: true, value: read.value, error: null };
    }
    const recorded = await this.#last(name, nowMs);
    const missing = absent(name, read.error);
    return recorded === null ? missing : { ...missing, ...recorded };
  }

  /** What this isolate has read lately of a source that must not be asked each time. */
  #kept({ name, isCostly }: SectionSource): RecordedSection | null {
    const known = this.#remembered.get(name);
    if (isCostly !== true || known === undefined || !known.isLive) return null;
    return this.#ports.clock.nowMs() - known.readMs < LIMITS.opsCostlyEveryMs
      ? known.section
      : null;
  }

  #read(
    { dependency, isCostly, read }: SectionSource,
    deps: GatewayDeps,
    ctx: CallContext,
  ): Promise<Result<unknown, Failure>> {
    const failed = (error: unknown): Result<never, Failure> => {
      this.#ports.report("ops_section_failed", error);
      return err({ code: "unavailable", dependency, retryAfterMs: LIMITS.overloadRetryMs });
    };
    const limitMs = isCostly === true ? LIMITS.opsCostlyMs : LIMITS.opsSectionMs;
    return within(limitMs, dependency, (async () => read(deps, ctx))().catch(failed));
  }

  /** What this isolate knows, or what the store has when that is older than `opsRecordKeptMs`; the newer of both. */
  async #last(name: string, nowMs: number): Promise<RecordedSection | null> {
    const known = this.#remembered.get(name);
    if (known !== undefined && nowMs - known.readMs < LIMITS.opsRecordKeptMs) return known.section;
    const stored = await this.#stored(name);
    const own = known?.section ?? null;
    const newer = own !== null && own.atMs >= (stored?.atMs ?? 0) ? own : stored;
    this.#remembered.set(name, { section: newer, readMs: nowMs, isLive: false });
    return newer;
  }

  /** The store may be away as well: then there is nothing, and the page says so. */
  async #stored(name: string): Promise<RecordedSection | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), LIMITS.opsRecordReadMs);
    });
    try {
      return await Promise.race([this.#ports.store.read(name), late]);
    } catch (error) {
      this.#ports.report("ops_record_unread", error);
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}

const absent = (name: string, failure: Failure): Section => {
  const { code, detail } = problemOf(failure, "", "");
  return { name, atMs: null, live: false, value: null, error: { code, detail } };
};
