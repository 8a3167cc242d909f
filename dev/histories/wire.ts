import type { Id } from "../../core/ids.ts";
import type { Region } from "../../core/regions/regions.ts";
import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import type { Read, Write } from "../../core/tao/types.ts";
import type { ClientEvent, Seen } from "../../sim/history.ts";

/** A write that may be sent again under its opId: nobody knows whether it happened. */
export interface Pending {
  readonly opId: string;
  readonly writes: readonly [Write, ...Write[]];
}

/** What a client takes with it from one call of the driver to the next, also over a restart. */
export interface ClientState {
  readonly name: string;
  readonly ticket: string | null;
  readonly pending: readonly Pending[];
}

/** `POST /drive`: these clients make `steps` requests together, all at once. */
export interface DriveRequest {
  readonly seed: number;
  /** Unique per call: prefix of opIds and values. */
  readonly call: string;
  readonly clients: readonly ClientState[];
  readonly users: readonly Id[];
  readonly posts: readonly Id[];
  readonly steps: number;
  /** Of the requests, how many write. */
  readonly writeShare: number;
}

/** What the driver says, one JSON per line, as soon as it is so. */
export type DriveLine =
  | { readonly kind: "sent"; readonly client: string; readonly pending: Pending }
  | {
      readonly kind: "event";
      readonly event: ClientEvent;
      readonly ticket: string;
      /** A post that now exists. */
      readonly post: Id | null;
      /** Operations of the graph in this request. */
      readonly operations: number;
      /** A write that was sent more than once. */
      readonly retried: boolean;
    }
  /** Reads that got no answer, and why. */
  | { readonly kind: "refused"; readonly code: string; readonly operations: number }
  | { readonly kind: "end" };

/** `POST /populate`, once: what every later request is about. */
export interface PopulateRequest {
  readonly usersPerShard: number;
}

export interface Populated {
  readonly users: readonly Id[];
  readonly posts: readonly Id[];
}

/** `POST /hand-over`: another region is to lead the shard. */
export interface HandOverRequest {
  readonly shard: PhysicalShard;
  readonly to: Region;
}

/** `POST /final`: what one follower says at the end. The reads are of its shard. */
export interface FinalRequest {
  readonly shard: PhysicalShard;
  readonly region: string;
  readonly replica: number;
  readonly reads: readonly Read[];
}

export type FinalAnswer = { readonly seen: readonly Seen[] } | { readonly failed: string };

/** JSON in which ids, and bounds without an end, stay what they are: `{"#":"123"}`. */
export const encode = (value: unknown): string =>
  JSON.stringify(value, (_key, field: unknown) =>
    typeof field === "bigint" || field === Infinity ? { "#": String(field) } : field,
  );

/** The inverse of `encode`. Both ends are ours: the shape is not checked. */
export const decode = <T>(text: string): T =>
  JSON.parse(text, (_key, field: unknown) => {
    if (typeof field !== "object" || field === null || !("#" in field)) return field;
    return field["#"] === "Infinity" ? Infinity : BigInt(String(field["#"]));
  }) as T;
