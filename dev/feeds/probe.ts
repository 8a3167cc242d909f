import { setTimeout as delay } from "node:timers/promises";

import type { SeededRandom } from "../../sim/random.ts";
import { Device } from "./device.ts";
import type { Downtime } from "./downtime.ts";
import type { FarPages } from "./far-pages.ts";
import type { Findings } from "./findings.ts";
import type { Lags } from "./lags.ts";
import { feedOf, goesWith, type Layer, layersOf, staysPublic, type Target } from "./layers.ts";
import type { Locks } from "./locks.ts";
import type { Model } from "./model.ts";
import type { Operation } from "./operations.ts";
import type { People } from "./people.ts";
import type { RevocationKind } from "./revocations.ts";

/** An operation that is watched: what it takes away was shown a moment ago. */
export interface Probe {
  readonly people: readonly string[];
  /** Resolves when every layer has let go, or the bound is long over. */
  watch(ackedMs: number): Promise<void>;
  close(): void;
}

export interface ProbePorts {
  readonly model: Model;
  readonly people: People;
  readonly locks: Locks;
  readonly random: SeededRandom;
  readonly downtime: Downtime;
  readonly findings: Findings;
  readonly farPages: FarPages;
  /** From the acknowledgement to the first answer of those that show it no more. */
  readonly gone: Lags;
  readonly boundMs: number;
}

const POLL_MS = 50;
/** So long it must stay away. */
const QUIET_MS = 500;
/** So many devices are away when it happens, and open what they have kept. */
const AWAY = 0.25;

/** Follows what a revocation takes away through every layer that showed it. */
export class Probes {
  readonly #ports: ProbePorts;

  constructor(ports: ProbePorts) {
    this.#ports = ports;
  }

  /** @returns null when nothing on a page of anybody near is about to go. */
  async prepare(operation: Operation): Promise<Probe | null> {
    const kind = KINDS[operation.kind];
    if (kind === undefined) return null;
    const viewer = this.#viewerOf(operation, kind);
    if (viewer === null) return null;
    const isHeld = kind === "delete" || kind === "audience";
    if (isHeld && !this.#ports.locks.take([viewer])) return null;
    const people = isHeld ? [viewer] : [];
    const target = await this.#targetOf(operation, kind, viewer);
    const layers = target === null ? [] : await this.#shownIn(target);
    if (target === null || layers.length === 0) {
      this.#ports.locks.free(people, Date.now());
      return null;
    }
    const device = await this.#deviceWith(target);
    // A lookup says no only where the post itself is hidden.
    const isHidden = kind !== "mute" && !staysPublic(target);
    const isAway = isHidden && this.#ports.random.chance(AWAY);
    const isOpen = !isAway && (await device.connect());
    if (isOpen) await device.settle();
    const isFar = await this.#isFar(target);
    return {
      people,
      watch: (ackedMs) => {
        if (isFar) this.#ports.farPages.follow(target.post.id, ackedMs);
        const held = isOpen ? device : null;
        const away = isAway ? device : null;
        return this.#followAll(target, { layers, held, away }, ackedMs);
      },
      close: () => device.close(),
    };
  }

  /** Whose page it is. */
  #viewerOf(operation: Operation, kind: RevocationKind): string | null {
    const { model, random } = this.#ports;
    if ("whom" in operation)
      return kind === "unfollow" || kind === "mute" ? operation.by : operation.whom;
    const { by } = operation;
    const near = [...model.to("follow", by), ...model.to("friend", by)];
    return near.length === 0 ? null : random.pick(near);
  }

  async #targetOf(
    operation: Operation,
    kind: RevocationKind,
    viewer: string,
  ): Promise<Target | null> {
    const { model, people, random } = this.#ports;
    // The second answer comes from the cache.
    await feedOf(people, viewer);
    const shown = (await feedOf(people, viewer)).flatMap(({ id }) => model.posts.get(id) ?? []);
    const going = shown.filter((post) => goesWith(model, operation, viewer, post));
    return going.length === 0 ? null : { kind, viewer, post: random.pick(going) };
  }

  async #shownIn(target: Target): Promise<readonly Layer[]> {
    const all = layersOf(this.#ports.people, target);
    const shown = await Promise.all(all.map(({ isShown }) => isShown()));
    return all.filter((_, index) => shown[index] === true);
  }

  async #deviceWith({ viewer, post }: Target): Promise<Device> {
    const { people } = this.#ports;
    const token = await people.token(viewer);
    const owner = { url: people.url, token, region: people.homeOf(viewer) };
    return Device.withFeed(owner, { post: post.id, author: post.author });
  }

  async #isFar({ kind, post }: Target): Promise<boolean> {
    if (kind !== "delete" || post.audience !== "public") return false;
    return this.#ports.farPages.isShown(post.id);
  }

  async #followAll(
    target: Target,
    {
      layers,
      held,
      away,
    }: {
      readonly layers: readonly Layer[];
      readonly held: Device | null;
      readonly away: Device | null;
    },
    ackedMs: number,
  ): Promise<void> {
    const isKept = held !== null && (await held.isKept());
    const followed = [
      ...layers.map((layer) => this.#follow(target, layer, ackedMs)),
      ...(isKept ? [this.#follow(target, kept("device's cache", held), ackedMs)] : []),
      ...(held === null ? [] : [this.#look(target, held, ackedMs)]),
    ];
    const lags = await Promise.all([...followed, this.#openLater(target, away)]);
    const last = Math.max(...lags.slice(0, followed.length));
    this.#ports.gone.add(`${target.kind}, EVERY LAYER`, last);
    this.#ports.gone.add("all, EVERY LAYER", last);
  }

  /** @returns after how long it was gone, ms. */
  async #follow({ kind, viewer, post }: Target, layer: Layer, ackedMs: number): Promise<number> {
    const { gone, findings, downtime, boundMs } = this.#ports;
    let goneMs: number | null = null;
    for (;;) {
      const askedMs = Date.now();
      if (!(await layer.isShown())) {
        goneMs ??= askedMs;
        if (askedMs - goneMs >= QUIET_MS) break;
      } else {
        goneMs = null;
        if (downtime.upBetween(ackedMs, askedMs) > boundMs) {
          const lag = downtime.upBetween(ackedMs, askedMs);
          const what = `${layer.name} of ${viewer} still shows ${post.id}`;
          findings.add("leak", `${what}, ${lag} ms after: ${kind}`);
          break;
        }
      }
      await delay(POLL_MS);
    }
    const lag = downtime.upBetween(ackedMs, goneMs ?? Date.now());
    gone.add(`${kind}, ${layer.name}`, lag);
    return lag;
  }

  /** Until the screen is told. */
  async #look({ kind, viewer, post }: Target, screen: Device, ackedMs: number): Promise<number> {
    const { gone, findings, downtime, boundMs } = this.#ports;
    while (screen.toldMs === null) {
      const lag = downtime.upBetween(ackedMs, Date.now());
      if (lag > boundMs) {
        findings.add("screen not told", `${kind}: ${viewer} still has ${post.id} on the screen`);
        return lag;
      }
      await delay(POLL_MS);
    }
    const lag = downtime.upBetween(ackedMs, screen.toldMs);
    gone.add(`${kind}, screen`, lag);
    return lag;
  }

  /** A device that was away keeps it until it is opened: then what it shows is looked up. */
  async #openLater(target: Target, device: Device | null): Promise<number> {
    if (device === null || !(await device.isKept())) return 0;
    const openedMs = Date.now();
    await device.connect();
    return this.#follow(target, kept("device's cache, from when it is opened", device), openedMs);
  }
}

const kept = (name: string, device: Device): Layer => ({ name, isShown: () => device.isKept() });

const KINDS: Partial<Record<Operation["kind"], RevocationKind>> = {
  delete: "delete",
  "set audience": "audience",
  block: "block",
  unfriend: "unfriend",
  unfollow: "unfollow",
  mute: "mute",
};
