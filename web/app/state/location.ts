import { createStore } from "./store.ts";

/** One entry of the browser's history; `key` names it across back, forward and reload. */
export interface Place {
  readonly path: string;
  readonly key: string;
}

const newKey = (): string => Math.random().toString(36).slice(2, 10);

function current(): Place {
  const state = history.state as { key?: string } | null;
  return { path: location.pathname, key: state?.key ?? "first" };
}

// The pages put the reader back themselves, once their content is there.
history.scrollRestoration = "manual";

export const placeStore = createStore<Place>(current());

export function startRouter(): void {
  addEventListener("popstate", () => placeStore.set(current()));
}

/** Goes to a path of the app. Going to where one is only scrolls to the top. */
export function navigate(path: string, how: "push" | "replace" = "push"): void {
  if (path === location.pathname && how === "push") {
    scrollTo({ top: 0, behavior: "smooth" });
    return;
  }
  const key = newKey();
  if (how === "push") history.pushState({ key }, "", path);
  else history.replaceState({ key }, "", path);
  placeStore.set({ path, key });
}

export function goBack(): void {
  if ((history.state as { key?: string } | null)?.key === undefined) navigate("/", "replace");
  else history.back();
}
