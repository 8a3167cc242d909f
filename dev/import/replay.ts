import type { Sleep } from "../../core/clock.ts";
import type { Id } from "../../core/ids.ts";
import { type NamedUnit, writeSeparately } from "../operator/batches.ts";
import type { StreamEvent } from "./events.ts";
import { IdMap } from "./id-map.ts";
import { knowsReason, likeReason, type Network } from "./network.ts";
import type { ImportSession } from "./session.ts";
import { commentUnit, friendUnit, handleUnit, likeUnit, personUnit, postUnit } from "./units.ts";

export interface ReplayDeps {
  readonly sleep: Sleep;
  readonly nowMs: () => number;
}

/** Events sent together at most: one call's worth. */
const WINDOW_MAX = 250;
/** At a chosen speed, events due within this time go together. */
const TICK_MS = 100;
/** Steps of the journal: ids that a window got. */
const PERSON_STEP = "persons-stream";
const MESSAGE_STEP = "messages-stream";

interface Planned {
  readonly event: StreamEvent;
  readonly units: readonly NamedUnit[];
  /** Set when the event makes something that later events may refer to. */
  readonly makes: { readonly kind: "person" | "message"; readonly ldbcId: string } | null;
}

/**
 * Replays the update stream in the order of its times. An event waits until everything it
 * refers to is acknowledged; each is a batch of its own opId, so a repeated replay changes
 * nothing however its events are grouped then.
 */
export class Replay {
  readonly #session: ImportSession;
  readonly #deps: ReplayDeps;
  readonly #roots: Map<string, string>;
  readonly #pairs = new Set<string>();
  readonly #liked = new Set<string>();
  /** What the open window makes, whose ids are not known yet. */
  readonly #pending = new Set<string>();
  /** Made by an earlier run: not written again, even when the product has forgotten its opIds. */
  readonly #made = new IdMap();
  #window: Planned[] = [];
  #windows = 0;

  constructor(session: ImportSession, network: Network, deps: ReplayDeps) {
    this.#session = session;
    this.#deps = deps;
    this.#roots = new Map(network.roots);
    for (const [step, pairs] of session.journal.entries()) {
      const kind = step.startsWith(PERSON_STEP) ? "person" : "message";
      if (!step.startsWith(PERSON_STEP) && !step.startsWith(MESSAGE_STEP)) continue;
      for (const pair of pairs) this.#made.keepPair(kind, pair);
    }
    for (const { value } of network.knows)
      this.#pairs.add([value.from, value.to].toSorted().join("-"));
    for (const { value } of network.likes) this.#liked.add(`${value.from}-${value.to}`);
  }

  /**
   * @param speed how many times faster than it happened; Infinity for as fast as possible.
   * @returns false when it was stopped on the way.
   * @throws OperatorError
   */
  async run(events: readonly StreamEvent[], speed: number): Promise<boolean> {
    const startedMs = this.#deps.nowMs();
    const firstMs = events[0]?.scheduledMs ?? 0;
    for (const [done, event] of events.entries()) {
      if (this.#session.stop.aborted) return false;
      if (Number.isFinite(speed))
        await this.#waitUntil(startedMs + (event.scheduledMs - firstMs) / speed);
      await this.#take(event);
      this.#session.progress.update(done + 1, events.length, `stream · ${this.#windows} windows`);
    }
    await this.#flush();
    return true;
  }

  async #waitUntil(dueMs: number): Promise<void> {
    if (dueMs - this.#deps.nowMs() < TICK_MS) return;
    await this.#flush();
    const leftMs = dueMs - this.#deps.nowMs();
    if (leftMs > 0) await this.#deps.sleep(leftMs);
  }

  async #take(event: StreamEvent): Promise<void> {
    const refersTo = referentsOf(event);
    if (refersTo.some((id) => this.#pending.has(id)) || this.#window.length >= WINDOW_MAX)
      await this.#flush();
    const reason = this.#reasonAgainst(event);
    if (reason !== null) return this.#session.ledger.rejected(event.row, reason);
    const planned = this.#plan(event);
    if (this.#isMade(planned)) return this.#session.ledger.imported(event.row);
    if (planned.makes !== null) this.#pending.add(planned.makes.ldbcId);
    this.#window.push(planned);
  }

  #isMade({ makes }: Planned): boolean {
    if (makes === null) return false;
    const { kind, ldbcId } = makes;
    const id = kind === "person" ? this.#made.person(ldbcId) : this.#made.message(ldbcId);
    if (id !== undefined) this.#session.ids.keep(kind, ldbcId, id);
    return id !== undefined;
  }

  #reasonAgainst(event: StreamEvent): string | null {
    const { ids } = this.#session;
    const isPerson = (id: string) => ids.person(id) !== undefined;
    const isMessage = (id: string) => ids.message(id) !== undefined;
    switch (event.kind) {
      case "person":
        return isPerson(event.person.id) ? `person ${event.person.id} exists already` : null;
      case "post":
        if (isMessage(event.post.id)) return `message ${event.post.id} exists already`;
        return isPerson(event.post.author)
          ? null
          : `its creator ${event.post.author} is no person here`;
      case "comment":
        if (isMessage(event.comment.id)) return `message ${event.comment.id} exists already`;
        if (!isPerson(event.comment.author))
          return `its creator ${event.comment.author} is no person here`;
        return isMessage(event.comment.parent)
          ? null
          : `its parent ${event.comment.parent} is no message here`;
      case "like":
        return likeReason(event.like, this.#liked, isPerson, isMessage);
      case "friendship":
        return knowsReason(event.link, this.#pairs, isPerson);
    }
  }

  #plan(event: StreamEvent): Planned {
    const { row } = event;
    const name = (part: string) => `ldbc:${this.#session.hash}:${row.file}:${row.line}${part}`;
    const person = (id: string): Id => this.#known(this.#session.ids.person(id));
    const message = (id: string): Id => this.#known(this.#session.ids.message(id));
    switch (event.kind) {
      case "person":
        return {
          event,
          units: [{ opId: name(""), unit: personUnit(event.person) }],
          makes: { kind: "person", ldbcId: event.person.id },
        };
      case "post":
        return {
          event,
          units: [{ opId: name(""), unit: postUnit(event.post, person(event.post.author)) }],
          makes: { kind: "message", ldbcId: event.post.id },
        };
      case "comment": {
        const { comment } = event;
        const root = comment.parentIsPost
          ? comment.parent
          : (this.#roots.get(comment.parent) ?? "");
        this.#roots.set(comment.id, root);
        const replyTo = comment.parentIsPost ? null : message(comment.parent);
        const unit = commentUnit(comment, person(comment.author), message(root), replyTo);
        return {
          event,
          units: [{ opId: name(""), unit }],
          makes: { kind: "message", ldbcId: comment.id },
        };
      }
      case "like":
        return {
          event,
          units: [
            {
              opId: name(""),
              unit: likeUnit(event.like, person(event.like.from), message(event.like.to)),
            },
          ],
          makes: null,
        };
      case "friendship": {
        const unit = friendUnit(event.link, person(event.link.from), person(event.link.to));
        return { event, units: [{ opId: name(""), unit }], makes: null };
      }
    }
  }

  #known(id: Id | undefined): Id {
    if (id === undefined) throw new RangeError("an event was planned before what it refers to");
    return id;
  }

  async #flush(): Promise<void> {
    const window = this.#window;
    if (window.length === 0) return;
    const { api, shardMap, ids, journal, ledger, hash } = this.#session;
    const written = await writeSeparately(
      api,
      shardMap,
      window.flatMap(({ units }) => units),
    );
    const people: string[] = [];
    const messages: string[] = [];
    const handles: NamedUnit[] = [];
    window.forEach(({ event, makes }, i) => {
      const id = this.#known(written[i]);
      if (makes !== null) {
        ids.keep(makes.kind, makes.ldbcId, id);
        (makes.kind === "person" ? people : messages).push(IdMap.pair(makes.ldbcId, id));
      }
      if (event.kind === "person") {
        handles.push({
          opId: `ldbc:${hash}:${event.row.file}:${event.row.line}:handle`,
          unit: handleUnit(event.person, id),
        });
      }
    });
    if (handles.length > 0) await writeSeparately(api, shardMap, handles);
    // Named by what it made, which happens once; a window's other events are sent again by a later run.
    if (people.length > 0) journal.record(`${PERSON_STEP}:${people[0]}`, people);
    if (messages.length > 0) journal.record(`${MESSAGE_STEP}:${messages[0]}`, messages);
    for (const { event } of window) ledger.imported(event.row);
    this.#window = [];
    this.#pending.clear();
    this.#windows += 1;
  }
}

function referentsOf(event: StreamEvent): readonly string[] {
  switch (event.kind) {
    case "person":
      return [event.person.id];
    case "post":
      return [event.post.id, event.post.author];
    case "comment":
      return [event.comment.id, event.comment.author, event.comment.parent];
    case "like":
      return [event.like.from, event.like.to];
    case "friendship":
      return [event.link.from, event.link.to];
  }
}
