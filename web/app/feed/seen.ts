import { api } from "../data/api.ts";
import { feedPages } from "../data/feed-query.ts";
import { flatten, isPending } from "../data/post-cache.ts";
import { onlineStore } from "../state/online.ts";
import { forgetEvents, noteDwell, noteShown, reportEvents } from "./events.ts";
import { rangesOf } from "./seen-ranges.ts";

/** Half of a card, for as long as it takes to know whether one wants to read it. */
const SEEN_PART = 0.5;
const SEEN_MS = 1_000;
const REPORT_EVERY_MS = 10_000;

const seen = new Set<string>();
const reported = new Set<string>();
const timers = new WeakMap<Element, ReturnType<typeof setTimeout>>();
/** Since when a card fills enough of the screen, ms of `performance.now`. */
const since = new Map<Element, number>();
let reporting: ReturnType<typeof setTimeout> | undefined;

function note(element: Element): void {
  const id = postOf(element);
  if (id === null || isPending({ id })) return;
  noteShown(id);
  if (seen.has(id)) return;
  seen.add(id);
  reporting ??= setTimeout(() => void report(false), REPORT_EVERY_MS);
}

const postOf = (element: Element): string | null =>
  element.querySelector("[data-post]")?.getAttribute("data-post") ?? null;

/** It leaves the screen, or the screen goes. */
function noteEnd(element: Element): void {
  const from = since.get(element);
  since.delete(element);
  const id = postOf(element);
  if (from !== undefined && id !== null && !isPending({ id }))
    noteDwell(id, performance.now() - from);
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting, intersectionRect, rootBounds } of entries) {
      clearTimeout(timers.get(target));
      // A card taller than the screen is seen when it fills half of the screen.
      const fills = intersectionRect.height > (rootBounds?.height ?? innerHeight) * SEEN_PART;
      const enough = intersectionRect.height >= target.clientHeight * SEEN_PART || fills;
      if (isIntersecting && enough) {
        if (!since.has(target)) since.set(target, performance.now());
        timers.set(
          target,
          setTimeout(() => note(target), SEEN_MS),
        );
      } else noteEnd(target);
    }
  },
  { threshold: [0, 0.25, SEEN_PART, 0.75] },
);

export const watchSeen = (card: Element): void => observer.observe(card);

/** @param leaving the page closes: the request outlives it. Whatever fails is in the next report. */
async function report(leaving: boolean): Promise<void> {
  clearTimeout(reporting);
  reporting = undefined;
  const loaded = flatten(feedPages()?.pages).map(({ id, createdAtMs: timeMs }) => ({ id, timeMs }));
  const ranges = rangesOf(loaded, seen, reported);
  if (ranges.length === 0 || !onlineStore.get()) return;
  const told = [...seen];
  try {
    await api().reportSeen(ranges, { keepalive: leaving });
    for (const id of told) reported.add(id);
  } catch {
    reporting ??= setTimeout(() => void report(false), REPORT_EVERY_MS);
  }
}

function leave(): void {
  for (const element of since.keys()) noteEnd(element);
  void report(true);
  void reportEvents(true);
}

addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) leave();
});

/** On sign-out. */
export function forgetSeen(): void {
  clearTimeout(reporting);
  reporting = undefined;
  seen.clear();
  since.clear();
  reported.clear();
  forgetEvents();
}
