import {
  commitOf,
  type GroupLog,
  type LogGroup,
  type StandbyStore,
} from "../../core/tao/log-group.ts";
import type { Commit } from "../../core/tao/store.ts";
import { sameVersion, type Version } from "../../core/tao/version.ts";
import { MemoryStore } from "./memory-store.ts";

const NOTHING = { ops: [], intents: [], sources: [] };

/** A store in memory that keeps whole groups for durable consumers, and may itself be a standby. */
export class LoggedStore extends MemoryStore implements GroupLog, StandbyStore {
  readonly cursors = new Map<string, Version>();
  groups: LogGroup[] = [];
  #effects: Pick<LogGroup, "ops" | "intents" | "sources"> = NOTHING;

  override async open(epoch: number): Promise<this> {
    const after = await this.head();
    await super.open(epoch);
    const head = await this.head();
    if (head.epoch > after.epoch) this.groups.push({ after, head, records: [], ...NOTHING });
    return this;
  }

  override async commit(commit: Commit): Promise<void> {
    const after = await this.head();
    await super.commit(commit);
    const { head, records } = commit;
    this.#effects = {
      ops: [...this.#effects.ops, ...commit.ops],
      intents: [...this.#effects.intents, ...commit.intents],
      sources: [...this.#effects.sources, ...commit.sources],
    };
    if (records.length === 0) return;
    this.groups.push({ after, head, records, ...this.#effects });
    this.#effects = NOTHING;
  }

  async groupsAfter(after: Version, limit: number): Promise<readonly LogGroup[] | null> {
    if (sameVersion(await this.head(), after)) return [];
    const start = this.groups.findIndex((group) => sameVersion(group.after, after));
    return start < 0 ? null : this.groups.slice(start, start + limit);
  }

  override async trim(logBeforeMs: number, opsBeforeMs: number): Promise<void> {
    await super.trim(logBeforeMs, opsBeforeMs);
    // The log is cut at its beginning; the newest group stays, and so do beginnings of epochs.
    const isOld = ({ records }: LogGroup) => records.some(({ timeMs }) => timeMs < logBeforeMs);
    const last = this.groups.findLastIndex(
      (group, index) => index < this.groups.length - 1 && isOld(group),
    );
    this.groups = this.groups.slice(last + 1);
  }

  async cursor(consumer: string): Promise<Version | null> {
    return this.cursors.get(consumer) ?? null;
  }

  async saveCursor(consumer: string, at: Version): Promise<void> {
    await this.head();
    this.cursors.set(consumer, at);
  }

  async append(group: LogGroup): Promise<void> {
    if (!sameVersion(await this.head(), group.after)) throw new Error("the group does not fit");
    if (group.records.length === 0) await this.open(group.head.epoch);
    else await this.commit(commitOf(group));
  }
}
