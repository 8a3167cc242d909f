import { useEffect, useLayoutEffect } from "preact/hooks";

import { placeStore } from "./location.ts";
import { readJson, writeText } from "./storage.ts";

/** Where a reader was in one entry of the history. */
export interface Kept {
  /** Pixels from the top of the page. */
  readonly y: number;
  /** The post that had the focus. */
  readonly post: string | null;
  /** Measured heights of the list's items, by place in the list. */
  readonly sizes: readonly Measured[];
  /** Pixels from the top of the page to the list. */
  readonly margin: number;
}

export interface Measured {
  readonly index: number;
  readonly key: string | number | bigint;
  readonly start: number;
  readonly end: number;
  readonly size: number;
  readonly lane: number;
}

const KEY = "edgewise.places";
/** More entries than a reader goes back through; the oldest are forgotten. */
const PLACES_MAX = 40;
const NOWHERE: Kept = { y: 0, post: null, sizes: [], margin: 0 };

const places = new Map<string, Kept>(readJson<[string, Kept][]>("sessionStorage", KEY) ?? []);
addEventListener("pagehide", () => writeText("sessionStorage", KEY, JSON.stringify([...places])));

export const keptPlace = (key: string): Kept => places.get(key) ?? NOWHERE;

/** This tab was here before: its reader expects to find their places. */
export const hasKeptPlaces = (): boolean => places.size > 0;

export function keepPlace(key: string, change: Partial<Kept>): void {
  const next = { ...keptPlace(key), ...change };
  places.delete(key);
  places.set(key, next);
  const oldest = places.size > PLACES_MAX ? places.keys().next().value : undefined;
  if (oldest !== undefined) places.delete(oldest);
}

/** A list draws its cards a frame or two after the page; then the post is there, or gone. */
const FOCUS_FRAMES = 10;

function focusPost(id: string, framesLeft: number): void {
  const card = document.querySelector<HTMLElement>(`[data-post="${CSS.escape(id)}"]`);
  if (card !== null) card.focus({ preventScroll: true });
  else if (framesLeft > 0) requestAnimationFrame(() => focusPost(id, framesLeft - 1));
}

/** Returns the reader to where this entry of the history was left, once `ready`. */
export function useKeptPlace(ready: boolean): void {
  const { key } = placeStore.get();
  useEffect(() => {
    // A new page begins at its top, even while it loads.
    if (!places.has(key)) scrollTo(0, 0);
  }, [key]);
  useLayoutEffect(() => {
    if (!ready) return undefined;
    const kept = keptPlace(key);
    scrollTo(0, kept.y);
    if (kept.post !== null) focusPost(kept.post, FOCUS_FRAMES);
    const onScroll = (): void => keepPlace(key, { y: scrollY });
    const onFocus = (event: FocusEvent): void => {
      const card = event.target instanceof Element ? event.target.closest("[data-post]") : null;
      const post = card?.getAttribute("data-post");
      if (post) keepPlace(key, { post });
    };
    addEventListener("scroll", onScroll, { passive: true });
    addEventListener("focusin", onFocus);
    return () => {
      removeEventListener("scroll", onScroll);
      removeEventListener("focusin", onFocus);
    };
  }, [key, ready]);
}

/** On sign-out: another reader's history begins at the top. */
export function forgetPlaces(): void {
  places.clear();
  writeText("sessionStorage", KEY, null);
}
