import { formatId, type Id, parseId } from "../../core/ids.ts";
import type { Journal } from "../operator/journal.ts";
import type { LdbcId } from "./parse.ts";

/** From LDBC's ids to the graph's. Kept in the journal as "ldbc graph" pairs, so a later run and the feed check have it. */
export class IdMap {
  readonly #persons = new Map<LdbcId, Id>();
  readonly #messages = new Map<LdbcId, Id>();

  person(id: LdbcId): Id | undefined {
    return this.#persons.get(id);
  }
  message(id: LdbcId): Id | undefined {
    return this.#messages.get(id);
  }
  get persons(): ReadonlyMap<LdbcId, Id> {
    return this.#persons;
  }
  get messages(): ReadonlyMap<LdbcId, Id> {
    return this.#messages;
  }

  keep(kind: "person" | "message", ldbc: LdbcId, id: Id): void {
    (kind === "person" ? this.#persons : this.#messages).set(ldbc, id);
  }

  /** Takes back what `pair` wrote. @throws RangeError when the journal is damaged. */
  keepPair(kind: "person" | "message", pair: string): void {
    const [ldbc = "", text = ""] = pair.split(" ");
    const id = parseId(text);
    if (id === null) throw new RangeError(`"${pair}" in the map file is not a pair of ids`);
    this.keep(kind, ldbc, id);
  }

  static pair(ldbc: LdbcId, id: Id): string {
    return `${ldbc} ${formatId(id)}`;
  }

  /** Everything that a finished import wrote down. */
  static from(journal: Journal): IdMap {
    const map = new IdMap();
    for (const [step, pairs] of journal.entries()) {
      for (const pair of pairs)
        map.keepPair(step.startsWith("persons") ? "person" : "message", pair);
    }
    return map;
  }
}
