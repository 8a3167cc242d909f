import { createStore } from "./store.ts";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: "plain" | "error";
  readonly action?: { readonly label: string; readonly run: () => void };
}

const SHOWN_MS = 5_000;
/** An error or an offered action needs longer to read and reach. */
const SHOWN_LONG_MS = 9_000;
const SHOWN_MAX = 3;

export const toastStore = createStore<readonly Toast[]>([]);
let lastId = 0;

export function showToast(
  text: string,
  options: {
    readonly tone?: Toast["tone"];
    readonly action?: Toast["action"];
    /** Until it is answered or dismissed. */
    readonly stays?: boolean;
  } = {},
): void {
  const id = ++lastId;
  const { tone = "plain", action } = options;
  const toast: Toast = { id, text, tone, ...(action !== undefined && { action }) };
  toastStore.set([...toastStore.get(), toast].slice(-SHOWN_MAX));
  if (options.stays === true) return;
  const long = tone === "error" || action !== undefined;
  setTimeout(() => hideToast(id), long ? SHOWN_LONG_MS : SHOWN_MS);
}

export const hideToast = (id: number): void =>
  toastStore.set(toastStore.get().filter((toast) => toast.id !== id));
