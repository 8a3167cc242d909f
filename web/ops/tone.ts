/** How a state is to be taken; drawn as a colour beside its word. */
export type Tone = "good" | "warn" | "bad" | "plain";
