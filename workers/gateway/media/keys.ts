import { err } from "../../../core/result.ts";

/** Hexadecimal digits of a SHA-256 in a key, 128 bits: an upload is stored once, and cannot be guessed. */
export const KEY_DIGITS = 32;

export const refused = (reason: string) => err({ code: "unsupported_media", reason } as const);

/** Where a smaller image of `key` is kept. No address but `/media/{key}?w=` leads there. */
export const variantKey = (key: string, width: number): string => `variants/${key}/${width}`;
