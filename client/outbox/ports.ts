import type { ApiRequest } from "../transport.ts";
import type { KeyValueStore } from "../storage/port.ts";
import type { Refusal } from "./items.ts";

/** How a write ended. `answer` is undefined when another tab sent it and its word was lost. */
export type Ending =
  | { readonly at: "sent"; readonly answer: unknown }
  | { readonly at: "failed"; readonly refusal: Refusal }
  /** Before it was sent: a later write stands for it, or it was taken back. */
  | { readonly at: "dropped"; readonly why: "replaced" | "cancelled" };

/** Between the tabs of one person. */
export type Word =
  | { readonly type: "changed" }
  /** They signed out: whoever hears it sends no more. */
  | { readonly type: "cleared" }
  | {
      readonly type: "ended";
      readonly id: string;
      readonly ending: Ending;
      readonly ticket: string | null;
    };

export interface OutboxDeps {
  readonly store: KeyValueStore;
  /**
   * One attempt, or a few quick ones, with the token of the person whose writes these are. Ends soon
   * after the signal is aborted. @throws ApiProblem
   */
  readonly send: (
    request: ApiRequest,
    idempotencyKey: string,
    signal: AbortSignal,
  ) => Promise<unknown>;
  /** Runs alone among all tabs and the service worker. @throws when aborted before its turn. */
  readonly alone: <T>(run: () => Promise<T>, signal?: AbortSignal) => Promise<T>;
  readonly channel: {
    readonly tell: (word: Word) => void;
    readonly listen: (hear: (word: Word) => void) => void;
  };
  /** Calls `run` after that long, unless asked again. */
  readonly later: (run: () => void, ms: number) => void;
  readonly online: () => boolean;
  readonly ticket: () => string | null;
  readonly acceptTicket: (ticket: string) => void;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly newKey: () => string;
}
