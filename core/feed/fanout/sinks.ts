import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import type { Result } from "../../result.ts";
import type { FeedCacheSink, FeedCacheTopology } from "../cache/port.ts";
import type { SocketSink } from "../realtime/port.ts";
import type { Noted } from "./work.ts";

/** Writes what people are to be told of; the same may come again. */
export interface NotificationSink {
  /** @returns who has something new. */
  note(events: readonly Noted[]): Promise<Result<readonly Id[], Failure>>;
}

/** Somebody whom fan-out tells. A Worker has those that its deployment has. */
export type Sink =
  | { readonly kind: "cache"; readonly sink: FeedCacheSink; readonly topology: FeedCacheTopology }
  | { readonly kind: "sockets"; readonly sink: SocketSink; readonly topology: FeedCacheTopology }
  | { readonly kind: "notifications"; readonly sink: NotificationSink };

export type SinkOf<K extends Sink["kind"]> = Extract<Sink, { kind: K }>;
