import type { OperatorClient } from "../../../client/operator.ts";
import { createStore } from "../../app/state/store.ts";
import type { Seen } from "../seen.ts";

export type { Seen };

/** What the dialog was filled in with. */
export interface Filled {
  readonly reason: string;
  readonly minutes: number;
  readonly revision: number | null;
  /** The same for every try of one decision. */
  readonly idempotencyKey: string;
}

/** Something an operator can do, as the dialog asks for it. */
export interface Action {
  /** "Pin us-east at level 2" */
  readonly title: string;
  /** What will happen, in sentences. */
  readonly effect: string;
  /** The button that does it: a verb. */
  readonly yes: string;
  readonly danger?: boolean;
  /** The longest reason that the API takes, characters. */
  readonly reasonCharsMax: number;
  /** For what has to be quick: it can be sent as it is. */
  readonly reasonDefault?: string;
  /** Asks for how long, when given. */
  readonly minutes?: { readonly usual: number; readonly max: number };
  readonly seen: Seen;
  /** After a conflict: what holds now. */
  readonly lookAgain: (api: OperatorClient) => Promise<Seen>;
  /** @returns what to tell, in a sentence. @throws ApiProblem */
  readonly send: (api: OperatorClient, filled: Filled) => Promise<string>;
}

export const actionStore = createStore<Action | null>(null);
export const askAction = (action: Action): void => actionStore.set(action);
