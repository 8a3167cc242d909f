import type { OwnWrite } from "../../core/feed/cache/port.ts";
import type { Wrote } from "../../core/feed/cache/service.ts";
import type { ReactionKind } from "../../core/feed/schemas.ts";
import type { Id } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { compareVersions, type Version } from "../../core/tao/version.ts";
import { indexIn } from "./histories.ts";

/** The shard of everybody in these worlds. */
export const OWN_SHARD = 0;

interface Reaction {
  readonly post: Id;
  readonly kind: ReactionKind | null;
  readonly version: Version;
  readonly fromMs: number;
}

/** A device, with what its ticket says of its own writes. */
export class Device {
  /** Newest of all its writes, and of those of relations. */
  wrote: { readonly version: Version; readonly atMs: number } | null = null;
  related: Version | null = null;
  readonly reacted = new Map<Id, Version>();

  /** As long as tickets say so. */
  wroteAt(nowMs: number): Version | null {
    const { wrote } = this;
    return wrote !== null && nowMs - wrote.atMs < LIMITS.ticketWritesMs ? wrote.version : null;
  }

  wish(nowMs: number): Wrote {
    const version = this.wroteAt(nowMs);
    return version === null ? [] : [[OWN_SHARD, version]];
  }
}

/** The devices of one person, and the reactions that they gave. */
export class Devices {
  readonly all: readonly Device[] = [new Device(), new Device()];
  readonly #reactions: Reaction[] = [];

  at = (place: number): Device => this.all[indexIn(this.all, place)] ?? new Device();

  relate(place: number, version: Version, nowMs: number): void {
    const device = this.at(place);
    device.related = version;
    device.wrote = { version, atMs: nowMs };
  }

  /** @returns the write, without what it changes. */
  react(
    place: number,
    reaction: Pick<Reaction, "post" | "kind" | "version">,
    nowMs: number,
  ): Pick<OwnWrite, "shard" | "prev" | "at"> {
    const device = this.at(place);
    const { post, version } = reaction;
    const prev = device.wroteAt(nowMs);
    this.#reactions.push({ ...reaction, fromMs: nowMs });
    device.reacted.set(post, version);
    device.wrote = { version, atMs: nowMs };
    return { shard: OWN_SHARD, prev, at: version };
  }

  /** What a build finds that reads as of then. */
  kindsAt(readMs: number): Map<Id, ReactionKind> {
    const kinds = new Map<Id, ReactionKind>();
    for (const { post, kind, fromMs } of this.#reactions) {
      if (fromMs > readMs) break;
      if (kind === null) kinds.delete(post);
      else kinds.set(post, kind);
    }
    return kinds;
  }

  /** What a device may be shown: what it wrote itself, or what came later; before that anything that ever was. */
  allowed(place: number, post: Id): (ReactionKind | null)[] {
    const own = this.at(place).reacted.get(post) ?? null;
    const since = this.#reactions.filter(
      (one) => one.post === post && compareVersions(one.version, own) >= 0,
    );
    return [...since.map(({ kind }) => kind), ...(own === null ? [null] : [])];
  }
}
