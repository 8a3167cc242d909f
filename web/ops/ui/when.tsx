import { useStore } from "../../app/state/store.ts";
import { ago, clockTime } from "../format.ts";
import { clockStore } from "../state/clock.ts";

/** A time of this day, or with its day. */
export const When = ({ atMs }: { atMs: number }) => <>{clockTime(atMs, useStore(clockStore))}</>;

export const Ago = ({ atMs }: { atMs: number }) => <>{ago(atMs, useStore(clockStore))}</>;
