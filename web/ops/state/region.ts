import { createStore } from "../../app/state/store.ts";
import { readText, writeText } from "../../app/state/storage.ts";

const KEY = "edgewise.ops.region";

/** The region that pages show; "" is all of them. */
export const regionStore = createStore<string>(readText("sessionStorage", KEY) ?? "");

export function pickRegion(region: string): void {
  writeText("sessionStorage", KEY, region === "" ? null : region);
  regionStore.set(region);
}
