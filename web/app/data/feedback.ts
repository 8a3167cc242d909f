import { createStore } from "../state/store.ts";
import type { FeedbackKind } from "./about.ts";

/** What this reader said here about posts; the server keeps it for longer. */
export const feedbackStore = createStore<ReadonlyMap<string, FeedbackKind>>(new Map());
