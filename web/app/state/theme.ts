import type { Settings } from "../../../core/feed/schemas.ts";
import { createStore } from "./store.ts";
import { readText, writeText } from "./storage.ts";

export type Theme = Settings["theme"];

/** `public/theme.js` reads the same key before the first paint. */
const KEY = "edgewise.theme";
const stored = readText("localStorage", KEY);

export const themeStore = createStore<Theme>(
  stored === "light" || stored === "dark" ? stored : "system",
);

export function setTheme(theme: Theme): void {
  writeText("localStorage", KEY, theme === "system" ? null : theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  themeStore.set(theme);
}
