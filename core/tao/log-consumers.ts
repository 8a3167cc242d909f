import { LIMITS } from "../limits.ts";
import type { GroupLog, LogGroup } from "./log-group.ts";
import { compareVersions, sameVersion, type Version } from "./version.ts";

/** Somebody who gets every group, in order, at least once: a standby, an archive, a fan-out. */
export interface LogConsumer {
  /** Names its cursor in the store: unique among the shard's consumers. */
  readonly name: string;
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
  readonly report: (event: string, error: unknown) => void;
}

interface Lane {
  readonly consumer: LogConsumer;
  /** As the store has it; undefined until it was read. */
  cursor: Version | undefined;
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

  constructor(head: () => Version, ports: ConsumerPorts, retryLater: () => void) {
    this.#head = head;
    this.#ports = ports;
    this.#retryLater = retryLater;
    this.#lanes = ports.consumers.map((consumer) => ({
      consumer,
      cursor: undefined,
      isRunning: false,
    }));
  }

  /** Consumers that lack something: while there are any, the log is kept for longer. */
  behind(): number {
    return this.#lanes.filter((lane) => this.#isBehind(lane)).length;
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
      lane.cursor ??= (await log.cursor(lane.consumer.name)) ?? START;
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
    const groups = await log.groupsAfter(cursor, LIMITS.consumerGroupsMax);
    if (groups === null) report("consumer_starts_over", consumer.name);
    else if (groups.length === 0) return false;
    const done =
      groups === null ? await consumer.startOver(this.#head()) : await consumer.deliver(groups);
    // It may be behind its cursor: one that lost its own store says so and gets it again.
    if (sameVersion(done, cursor)) return false;
    await log.saveCursor(consumer.name, done);
    lane.cursor = done;
    return true;
  }
}

/** Where every shard's log begins. */
const START: Version = { epoch: 1, seq: 0 };
