import { formatId, type Id } from "../../ids.ts";
import { toId } from "../views.ts";
import type { BucketEvent, Cell, OwnChange, PushedPost } from "./port.ts";

type WireCell = Omit<Cell, "id" | "author"> & { readonly id: string; readonly author: string };
interface WirePushed {
  readonly cell: WireCell;
  readonly timeMs: number;
  readonly original: WireCell | null;
}
type Of<K extends BucketEvent["kind"]> = Extract<BucketEvent, { kind: K }>;
type WireEvent =
  | { readonly kind: "push"; readonly pushed: WirePushed; readonly viewers: string }
  | { readonly kind: "announce"; readonly pushed: WirePushed }
  | (Omit<Of<"revoke">, "post"> & { readonly post: string })
  | (Omit<Of<"forget">, "viewers"> & { readonly viewers: string })
  | (Omit<Of<"count">, "post"> & { readonly post: string })
  | (Omit<Of<"own">, "viewer" | "change"> & {
      readonly viewer: string;
      readonly change: (Omit<OwnChange, "post"> & { readonly post: string }) | null | "other";
    });

/** JSON text of events: what crosses to a bucket, and what it stores. */
export const encodeEvents = (events: readonly BucketEvent[]): string =>
  JSON.stringify(events.map(toWire));

/** Of text that `encodeEvents` made. @throws on anything else. */
export const decodeEvents = (text: string): BucketEvent[] =>
  (JSON.parse(text) as WireEvent[]).map(fromWire);

function toWire(event: BucketEvent): WireEvent {
  switch (event.kind) {
    case "push":
      return { kind: "push", pushed: pushedText(event.pushed), viewers: idsText(event.viewers) };
    case "announce":
      return { kind: "announce", pushed: pushedText(event.pushed) };
    case "forget":
      return { ...event, viewers: idsText(event.viewers) };
    case "revoke":
    case "count":
      return { ...event, post: formatId(event.post) };
    case "own": {
      const { viewer, change } = event;
      const told =
        change === null || change === "other" ? change : { ...change, post: formatId(change.post) };
      return { ...event, viewer: formatId(viewer), change: told };
    }
  }
}

function fromWire(event: WireEvent): BucketEvent {
  switch (event.kind) {
    case "push":
      return { kind: "push", pushed: pushedOf(event.pushed), viewers: idsOf(event.viewers) };
    case "announce":
      return { kind: "announce", pushed: pushedOf(event.pushed) };
    case "forget":
      return { ...event, viewers: idsOf(event.viewers) };
    case "revoke":
    case "count":
      return { ...event, post: toId(event.post) };
    case "own": {
      const { viewer, change } = event;
      const told =
        change === null || change === "other" ? change : { ...change, post: toId(change.post) };
      return { ...event, viewer: toId(viewer), change: told };
    }
  }
}

const pushedText = ({ cell, timeMs, original }: PushedPost): WirePushed => ({
  cell: cellText(cell),
  timeMs,
  original: original && cellText(original),
});
const pushedOf = ({ cell, timeMs, original }: WirePushed): PushedPost => ({
  cell: cellOf(cell),
  timeMs,
  original: original && cellOf(original),
});
const cellText = (cell: Cell): WireCell => ({
  ...cell,
  id: formatId(cell.id),
  author: formatId(cell.author),
});
const cellOf = (cell: WireCell): Cell => ({
  ...cell,
  id: toId(cell.id),
  author: toId(cell.author),
});
const idsText = (ids: readonly Id[]): string => ids.join(",");
const idsOf = (text: string): Id[] => (text === "" ? [] : text.split(",").map(toId));
