import { openComposer } from "../composer/open.ts";
import { isPending } from "../data/post-cache.ts";
import { askWhy } from "../feed/why-store.ts";
import { navigate } from "../state/location.ts";
import { profilePath } from "../state/routes.ts";
import { sessionStore } from "../state/session.ts";
import { openHelp } from "./help-dialog.tsx";

/** Height of the sticky heading: what is above it is out of sight. */
const HEAD_PX = 64;

const cards = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-post]")];

/** The card with the focus, else the first one in sight. */
function currentCard(): HTMLElement | undefined {
  const focused = document.activeElement?.closest<HTMLElement>("[data-post]");
  return focused ?? cards().find((card) => card.getBoundingClientRect().bottom > HEAD_PX + 24);
}

function step(by: 1 | -1): void {
  const focused = document.activeElement?.closest<HTMLElement>("[data-post]");
  const all = cards();
  const next = focused ? all[all.indexOf(focused) + by] : currentCard();
  if (next === undefined) return;
  next.focus({ preventScroll: true });
  const { top, bottom } = next.getBoundingClientRect();
  if (top < HEAD_PX || bottom > innerHeight - 72)
    scrollBy({ top: top - HEAD_PX - 8, behavior: "instant" });
}

const press = (action: string): void =>
  currentCard()?.querySelector<HTMLElement>(`[data-action=${action}]`)?.click();

function goToProfile(): void {
  const user = sessionStore.get()?.user;
  if (user !== undefined) navigate(profilePath(user.handle));
}

const SHORTCUTS: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  l: () => press("like"),
  c: () => press("comment"),
  r: () => press("repost"),
  n: () => openComposer(),
  ".": () => dispatchEvent(new Event("edgewise:refresh")),
  h: () => navigate("/"),
  e: () => navigate("/explore"),
  p: goToProfile,
  g: () => {
    goUntilMs = Date.now() + GO_MS;
  },
  w: () => {
    const id = currentCard()?.dataset["post"];
    if (id !== undefined && !isPending({ id })) askWhy(id);
  },
  "?": openHelp,
};

/** After `g`: where to go. */
const GOES: Record<string, () => void> = {
  h: () => navigate("/"),
  e: () => navigate("/explore"),
  n: () => navigate("/notifications"),
  r: () => navigate("/requests"),
  p: goToProfile,
  s: () => navigate("/settings"),
};
/** Long enough for two keys, too short to be in the way later. */
const GO_MS = 1_500;
let goUntilMs = 0;

function runOf(key: string): (() => void) | undefined {
  const table = Date.now() < goUntilMs ? GOES : SHORTCUTS;
  goUntilMs = 0;
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Single keys, and only while nothing is being typed and no dialog or menu is open. */
export function onShortcut(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("input, textarea, select, dialog, [role=menu], [contenteditable]")) return;
  const run = runOf(event.key);
  if (run === undefined) return;
  event.preventDefault();
  run();
}
