import type { Published } from "../../degradation/controller.ts";
import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import type { Region } from "../../regions/regions.ts";
import type { Result } from "../../result.ts";
import type { ServerMessage, SocketEvent } from "./port.ts";
import type { Place } from "./stream.ts";

/** Who listens, and until when they may. */
export interface Listener {
  readonly viewer: Id;
  /** Unix ms, when the token of the request expires. */
  readonly untilMs: number;
}

export interface PollRequest extends Listener {
  readonly place: Place | null;
  /** Posts whose counts are wanted with the answer. */
  readonly watch: readonly Id[];
  /** How long to wait for news, ms; 0 answers at once. */
  readonly waitMs: number;
}

export interface PollAnswer {
  readonly life: string;
  /** Of the newest message: send it with the next poll. */
  readonly seq: number;
  /** false: something may be missing; fetch again what is on the screen. */
  readonly resumed: boolean;
  readonly gap: { readonly from: number; readonly to: number } | null;
  readonly messages: readonly ServerMessage[];
}

export interface Told {
  /** Nobody is here: for so long, counted from before the call, no news need be told. 0: it must be. */
  readonly quietMs: number;
}

/**
 * RPC contract of the object that holds the sockets of one region's bucket. Sockets and
 * event streams come over its `fetch`, see `connection-request.ts`.
 */
export interface SocketBucketService {
  /** Answers when all is stored and sent. The same events may come again. */
  tell(events: readonly SocketEvent[]): Promise<Result<Told, Failure>>;
  poll(request: PollRequest): Promise<Result<PollAnswer, Failure>>;
  caughtUp(viewer: Id): Promise<void>;
  /** The region's level changed: every connection is told, and from now on it decides what they are told. */
  degraded(published: Published): Promise<void>;
}

export const socketBucketName = (region: Region, bucket: number): string =>
  `socket-bucket:${region}:${bucket}`;

/** @throws RangeError for a name that `socketBucketName` did not make. */
export function parseSocketBucketName(name: string): { region: Region; bucket: number } {
  const [, region, bucket] = /^socket-bucket:([a-z0-9-]+):(\d+)$/.exec(name) ?? [];
  if (region === undefined || bucket === undefined) throw new RangeError(`no such object: ${name}`);
  return { region, bucket: Number(bucket) };
}
