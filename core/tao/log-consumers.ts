import type { FailureName } from "../telemetry/events.ts";
import { LIMITS } from "../limits.ts";
import type { GroupLog, LogGroup } from "./log-group.ts";
import { endOf, firstWithin, type LogRecord } from "./log.ts";
import { compareVersions, sameVersion, type Version } from "./version.ts";

/** Somebody who gets every group, in order, at least once: a standby, an archive, a fan-out. */
export interface LogConsumer {
  /** Names its cursor in the store: unique among the shard's consumers. */
  readonly name: string;
  /**
   * It needs the records alone, so those in memory do, and it skips by itself what it has: its
   * cursor is saved from the alarm instead of at each step.
   */
  readonly takesRecords?: boolean;
  /**
   * Does its work for these groups.
   *
   * @returns up to where that work is done: less than asked, or more, when it knows better.
   * Rejects when it cannot be reached; the same groups come again.
   */
  deliver(groups: readonly LogGroup[]): Promise<Version>;
  /** The log does not reach back to where it was. @returns where it goes on: `head`, once it has caught up otherwise. */
  startOver(head: Version): Promise<Version>;
}

export interface Consumed {
  readonly log: GroupLog;
  readonly consumers: readonly LogConsumer[];
}

interface ConsumerPorts extends Consumed {
  readonly report: (event: FailureName, error: unknown) => void;
}

interface Lane {
  readonly consumer: LogConsumer;
  /** undefined until it was read. */
  cursor: Version | undefined;
  /** As the store has it. */
  saved: Version | undefined;
  isRunning: boolean;
}

/**
 * Brings the log to its durable consumers, each with a cursor in the store. A cursor moves
 * when the consumer says that its work is done, never when a message is sent; one that
 * cannot be reached is tried again from the alarm.
 */
export class LogConsumers {
  readonly #head: () => Version;
  readonly #ports: ConsumerPorts;
  readonly #lanes: readonly Lane[];
  readonly #retryLater: () => void;
  readonly #tail: () => readonly LogRecord[];

  /** @param tail the newest records, without a gap, of the head's epoch. */
  constructor(
    head: () => Version,
    tail: () => readonly LogRecord[],
    ports: ConsumerPorts,
    retryLater: () => void,
  ) {
    this.#head = head;
    this.#tail = tail;
    this.#ports = ports;
    this.#retryLater = retryLater;
    this.#lanes = ports.consumers.map((consumer) => ({
      consumer,
      cursor: undefined,
      saved: undefined,
      isRunning: false,
    }));
  }

  /** Consumers that lack something: while there are any, the log is kept for longer. */
  behind(): number {
    return this.#lanes.filter((lane) => this.#isBehind(lane)).length;
  }

  /** Makes durable how far those are whose cursors are saved late. */
  async saveCursors(): Promise<void> {
    const unsaved = this.#lanes.filter((lane) => !isSaved(lane));
    await Promise.all(unsaved.map((lane) => lane.cursor && this.#save(lane, lane.cursor)));
  }

  /** Everything that can be delivered now. */
  async deliverAll(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => this.#run(lane)));
  }

  #isBehind({ cursor }: Lane): boolean {
    return cursor === undefined || compareVersions(cursor, this.#head()) < 0;
  }

  async #run(lane: Lane): Promise<void> {
    if (lane.isRunning) return;
    lane.isRunning = true;
    try {
      const { log } = this.#ports;
      if (lane.cursor === undefined) {
        const stored = await log.cursor(lane.consumer.name);
        lane.cursor = stored ?? START;
        lane.saved = stored ?? undefined;
      }
      while (this.#isBehind(lane)) if (!(await this.#step(lane, lane.cursor))) break;
    } catch (error) {
      this.#ports.report("consumer_failed", error);
    } finally {
      lane.isRunning = false;
    }
    if (this.#isBehind(lane)) this.#retryLater();
  }

  /** @returns whether it got on. */
  async #step(lane: Lane, cursor: Version): Promise<boolean> {
    const { consumer } = lane;
    const { log, report } = this.#ports;
    const groups =
      this.#fromMemory(consumer, cursor) ??
      (await log.groupsAfter(cursor, LIMITS.consumerGroupsMax));
    if (groups === null) report("consumer_starts_over", consumer.name);
    else if (groups.length === 0) return false;
    const done =
      groups === null ? await consumer.startOver(this.#head()) : await consumer.deliver(groups);
    // It may be behind its cursor: one that lost its own store says so and gets it again.
    if (sameVersion(done, cursor)) return false;
    if (consumer.takesRecords !== true) await this.#save(lane, done);
    lane.cursor = done;
    return true;
  }

  async #save(lane: Lane, at: Version): Promise<void> {
    await this.#ports.log.saveCursor(lane.consumer.name, at);
    lane.saved = at;
  }

  /** The records after `cursor` as one group, when memory reaches back to it. */
  #fromMemory({ takesRecords }: LogConsumer, after: Version): readonly LogGroup[] | null {
    if (takesRecords !== true) return null;
    const tail = this.#tail();
    const start = tail.findIndex((record) => compareVersions(endOf(record), after) > 0);
    const first = tail[start];
    if (first?.epoch !== after.epoch || first.entries[0]?.seq !== after.seq + 1) return null;
    return groupOf(after, firstWithin(tail.slice(start), LIMITS.logCharsMax));
  }
}

const isSaved = ({ cursor, saved }: Lane): boolean =>
  cursor === undefined || (saved !== undefined && sameVersion(cursor, saved));

/** Records that follow `after`, as a group without what they did beside; none for no records. */
export function groupOf(after: Version, records: readonly LogRecord[]): readonly LogGroup[] {
  const last = records.at(-1);
  if (last === undefined) return [];
  return [{ after, head: endOf(last), records, ops: [], intents: [], sources: [] }];
}

/** Where every shard's log begins. */
const START: Version = { epoch: 1, seq: 0 };
