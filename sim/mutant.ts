import type { StoreKind } from "./faults.ts";

/** A mistake, as replacements in the source of the protocol: production code knows nothing of it. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** The store over which it does harm often; absent: either. */
  readonly over?: StoreKind;
}

export interface Edit {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const edit = (module: string, find: string, replace: string): Edit =>
  editAt(`core/tao/${module}.ts`, find, replace);

export const editAt = (file: string, find: string, replace: string): Edit => ({
  file,
  find,
  replace,
});

export const mutant = (name: string, ...edits: readonly Edit[]): Mutant => ({ name, edits });

/** A mistake that hardly shows over the other kind of store: tried over this one alone. */
export const mutantOver = (over: StoreKind, name: string, ...edits: readonly Edit[]): Mutant => ({
  name,
  edits,
  over,
});
