import type { Precision } from "../../../core/ranking/manifest.ts";
import type { Batch } from "../lane/batch.ts";
import type { Parity } from "./checks.ts";
import type { LoadFault } from "./load-fault.ts";
import type { Provider } from "./profile.ts";
import type { Attempt } from "./session.ts";

/** What a scoring thread is started with. */
export interface ThreadOptions {
  readonly folder: string;
  readonly version: string;
  readonly precision: Precision;
  readonly providers: readonly Provider[];
  readonly threads: number;
  /** Gives way to every other thread: a shadow must not slow down what it shadows. */
  readonly inBackground: boolean;
}

/** What is known of a model once it is loaded, warm and checked. */
export interface Loaded {
  readonly version: string;
  readonly precision: Precision;
  readonly provider: Provider;
  readonly attempts: readonly Attempt[];
  readonly nodes: Readonly<Record<string, number>>;
  readonly parity: Parity;
  readonly loadMs: number;
  readonly warmupMs: number;
}

export type ToThread = { readonly run: number; readonly batch: Batch } | { readonly stop: true };

export type FromThread =
  | { readonly loaded: Loaded }
  | { readonly refused: LoadFault }
  | {
      readonly ran: number;
      readonly probabilities: Float32Array<ArrayBuffer>;
      readonly computeMs: number;
    }
  | { readonly ran: number; readonly failed: string };
