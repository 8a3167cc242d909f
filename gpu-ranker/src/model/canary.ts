import { fingerprint } from "../../../core/hash.ts";

/** Canaries are set in hundredths of a percent. */
const PARTS = 10_000;

/**
 * Does this viewer belong to the canary? Always the same answer for one viewer and version, and raising
 * the percentage only adds viewers. The version is hashed too, so that not the same people try everything.
 * @param viewer null: nobody knows who asks, so nothing could keep it stable; not in the canary.
 */
export const inCanary = (viewer: string | null, version: string, percent: number): boolean =>
  viewer !== null &&
  Number.parseInt(fingerprint(`${version}:${viewer}`).slice(0, 8), 16) % PARTS <
    Math.round(percent * (PARTS / 100));
