import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { type Field, toLine } from "./tables.ts";

/** Event types of the update stream. */
export const EVENT = {
  person: 1,
  likePost: 2,
  likeComment: 3,
  forum: 4,
  membership: 5,
  post: 6,
  comment: 7,
  friendship: 8,
} as const;

interface Event {
  readonly atMs: number;
  readonly line: string;
}

/** The tail of the history, in time order: people in one file, everything else in the other. */
export class EventStream {
  readonly #people: Event[] = [];
  readonly #rest: Event[] = [];

  /** @param dependencyMs when the latest thing it refers to came to be; 0 for none. */
  add(atMs: number, dependencyMs: number, type: number, ...params: readonly Field[]): void {
    const line = toLine([atMs, dependencyMs, type, ...params]);
    (type === EVENT.person ? this.#people : this.#rest).push({ atMs, line });
  }

  get size(): number {
    return this.#people.length + this.#rest.length;
  }

  write(folder: string): void {
    const target = path.join(folder, "update_streams");
    mkdirSync(target, { recursive: true });
    const all = [this.#people, this.#rest].map((events) =>
      events.toSorted((a, b) => a.atMs - b.atMs),
    );
    const [people = [], rest = []] = all;
    const text = (events: readonly Event[]) => events.map((event) => `${event.line}\n`).join("");
    writeFileSync(path.join(target, "updateStream_0_0_person.csv"), text(people));
    writeFileSync(path.join(target, "updateStream_0_0_forum.csv"), text(rest));
    const times = all.flat().map((event) => event.atMs);
    const first = times.reduce((least, atMs) => Math.min(least, atMs), Number.POSITIVE_INFINITY);
    const last = times.reduce((most, atMs) => Math.max(most, atMs), 0);
    const name = "ldbc.snb.interactive";
    writeFileSync(
      path.join(target, "updateStream.properties"),
      [
        `${name}.gct_delta_duration:10000`,
        `${name}.min_write_event_start_time:${times.length > 0 ? first : 0}`,
        `${name}.max_write_event_start_time:${last}`,
        `${name}.update_interleave:${times.length > 1 ? Math.floor((last - first) / times.length) : 0}`,
        `${name}.num_events:${times.length}`,
        "",
      ].join("\n"),
    );
  }
}
