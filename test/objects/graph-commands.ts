import fc from "fast-check";

import type { FailureCode } from "../../core/errors.ts";
import type { Id } from "../../core/ids.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { Write, WriteResult } from "../../core/tao/types.ts";
import type { Version } from "../../core/tao/version.ts";
import { userData } from "./graph-driver.ts";
import type { GraphModel } from "./graph-model.ts";

export const USERS_PER_SHARD = 3;
export const TYPES = [
  ASSOC.follows,
  ASSOC.blocks,
  ASSOC.mutes,
  ASSOC.friends,
  ASSOC.likes,
] as const;

const slot = fc.nat(USERS_PER_SHARD * 2 - 1);
const expecting = fc.constantFrom("any", "any", "absent", "exact", "wrong");
const base = { from: slot, to: slot, type: fc.constantFrom(...TYPES), expecting };

/** One write, with slots for ids. */
export const anyCommand = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("add"), ...base, time: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove"), ...base }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("retype"),
      ...base,
      newType: fc.constantFrom(...TYPES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("rename"), from: slot, expecting, name: fc.nat(3) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete"), from: slot, expecting }) },
);
export type Command = typeof anyCommand extends fc.Arbitrary<infer T> ? T : never;

/** What happens between writes. */
export const anyStep = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      step: fc.constant("write" as const),
      commands: fc.array(anyCommand, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ step: "replay" as const }) },
  { weight: 1, arbitrary: fc.constant({ step: "misuse" as const }) },
  { weight: 1, arbitrary: fc.constant({ step: "evict" as const }) },
  { weight: 2, arbitrary: fc.constant({ step: "compare" as const }) },
);

export type Expectation =
  | { readonly ok: true; readonly changed: readonly boolean[] }
  | { readonly ok: false; readonly code: FailureCode };

/** Versions as answers gave them: what "exact" means. */
export type Versions = Map<string, Version>;

const edgeKey = (id1: Id, atype: number, id2: Id) => `${id1} ${atype} ${id2}`;
const WRONG: Version = { epoch: 9, seq: 9 };
const FRESH: Version = { epoch: 8, seq: 8 };

/** Applies one command to the model as the real one should, and says what to expect. */
export class CommandRunner {
  readonly #model: GraphModel;
  readonly #versions: Versions;
  readonly #users: readonly Id[];
  readonly #written = new Set<string>();

  constructor(model: GraphModel, versions: Versions, users: readonly Id[]) {
    this.#model = model;
    this.#versions = versions;
    this.#users = users;
  }

  /** The edge's ends; self-inverse edges are written at the smaller id. */
  ends(command: Command): readonly [Id, Id] {
    const from = this.#user(command.from);
    const to = "to" in command ? this.#user(command.to) : from;
    const types =
      "newType" in command
        ? [command.type, command.newType]
        : "type" in command
          ? [command.type]
          : [];
    return types.some((type) => type === ASSOC.friends) && to < from ? [to, from] : [from, to];
  }

  toWrite(command: Command): Write {
    const [id1, id2] = this.ends(command);
    const key = "type" in command ? edgeKey(id1, command.type, id2) : `${id1}`;
    const known = this.#versions.get(key) ?? null;
    const ifVersion = { any: undefined, absent: null, exact: known, wrong: WRONG }[
      command.expecting
    ];
    const condition = ifVersion === undefined ? {} : { ifVersion };
    switch (command.do) {
      case "add": {
        const data = command.type === ASSOC.likes ? '{"kind":"like"}' : "";
        return {
          op: "assocAdd",
          id1,
          atype: command.type,
          id2,
          timeMs: command.time,
          data,
          ...condition,
        };
      }
      case "remove":
        return { op: "assocDelete", id1, atype: command.type, id2, ...condition };
      case "retype":
        return {
          op: "assocChangeType",
          id1,
          atype: command.type,
          id2,
          newType: command.newType,
          ...condition,
        };
      case "rename":
        return {
          op: "objUpdate",
          id: id1,
          patch: JSON.stringify({ name: `name ${command.name}` }),
          ...condition,
        };
      case "delete":
        return { op: "objDelete", id: id1, ...condition };
    }
  }

  /** Changes the model; on a failure the caller restores it. */
  apply(write: Write): { readonly changed: boolean } | { readonly code: FailureCode } {
    const key =
      "atype" in write
        ? edgeKey(write.id1, write.atype, write.id2)
        : "id" in write
          ? `${write.id}`
          : "";
    const exists =
      "atype" in write
        ? this.#model.has(write.id1, write.atype, write.id2)
        : this.#model.objects.has("id" in write ? write.id : (0n as Id));
    if (write.op === "objUpdate" && !exists) return { code: "not_found" };
    if (
      "atype" in write &&
      write.atype === ASSOC.friends &&
      write.id1 === write.id2 &&
      write.op !== "assocChangeType"
    ) {
      return { code: "invalid_request" };
    }
    if (write.op !== "objAdd" && write.ifVersion !== undefined) {
      // What this very batch wrote has a version that no caller can know yet.
      const known = this.#written.has(key) ? FRESH : (this.#versions.get(key) ?? null);
      const current = exists ? known : null;
      const same = JSON.stringify(current) === JSON.stringify(write.ifVersion);
      if (!same) return { code: "version_mismatch" };
    }
    const outcome = this.#change(write, exists);
    if ("changed" in outcome && outcome.changed) {
      this.#written.add(key);
      if ("newType" in write) this.#written.add(edgeKey(write.id1, write.newType, write.id2));
    }
    return outcome;
  }

  #change(
    write: Write,
    exists: boolean,
  ): { readonly changed: boolean } | { readonly code: FailureCode } {
    const model = this.#model;
    switch (write.op) {
      case "objAdd":
        return { changed: true };
      case "objUpdate": {
        const { name } = JSON.parse(write.patch) as { name: string };
        const data = userData(name);
        const changed = model.objects.get(write.id) !== data;
        model.objects.set(write.id, data);
        return { changed };
      }
      case "objDelete":
        return { changed: model.objects.delete(write.id) };
      case "assocAdd": {
        const old = model.get(write.id1, write.atype, write.id2);
        const { id1, atype, id2, timeMs, data } = write;
        const changed = old?.timeMs !== timeMs || old.data !== data;
        if (changed) model.put({ id1, atype, id2, timeMs, data });
        return { changed };
      }
      case "assocDelete":
        model.remove(write.id1, write.atype, write.id2);
        return { changed: exists };
      case "assocChangeType":
        return this.#retype(write);
    }
  }

  #retype({ id1, atype, id2, newType }: Extract<Write, { op: "assocChangeType" }>) {
    const model = this.#model;
    const old = model.get(id1, atype, id2);
    if (old === null) return { code: "not_found" } as const;
    if (newType === atype) return { changed: false };
    const needsKind = newType === ASSOC.likes;
    // A like carries its kind, other edges carry nothing: such a change is refused.
    if (!needsKind && old.data !== "") return { code: "invalid_request" } as const;
    if (newType === ASSOC.friends && id1 === id2) return { code: "invalid_request" } as const;
    model.remove(id1, atype, id2);
    const had = model.get(id1, newType, id2);
    const changed = had?.timeMs !== old.timeMs || had.data !== old.data;
    if (changed) model.put({ ...old, atype: newType });
    return { changed };
  }

  /** Remembers versions of what was written. */
  note(write: Write, result: WriteResult): void {
    if (result.version === null) return;
    const atype =
      write.op === "assocChangeType" ? write.newType : "atype" in write ? write.atype : null;
    if (atype !== null && "id1" in write)
      this.#versions.set(edgeKey(write.id1, atype, write.id2), result.version);
    else if ("id" in write) this.#versions.set(`${write.id}`, result.version);
  }

  #user(index: number): Id {
    const id = this.#users[index];
    if (id === undefined) throw new Error(`no user ${index}`);
    return id;
  }
}
