import { createHmac } from "node:crypto";

import { LIMITS } from "../core/limits.ts";
import { LruMap } from "../core/lru.ts";
import type { Signer } from "../core/signer.ts";

/** 128 bits: forging one by guessing is out of reach, and cursors stay short. */
const SIGNATURE_BYTES = 16;

/** HMAC-SHA-256, truncated, as base64url. Synchronous, since a page signs while it renders. */
export const hmacSigner = (secret: string): Signer => ({
  sign: (text) =>
    createHmac("sha256", secret)
      .update(text)
      .digest()
      .subarray(0, SIGNATURE_BYTES)
      .toString("base64url"),
});

/** Roughly what an entry takes beside its text. */
const ENTRY_BYTES = 150;

/**
 * Remembers what it signed: a page that comes from a cache has the same cursor each time, and a
 * client that only reads sends the same ticket. A look costs a fiftieth of a signature.
 */
export function rememberingSigner(
  signer: Signer,
  bytesMax: number = LIMITS.signaturesBytesMax,
): Signer {
  const known = new LruMap<string, string>(bytesMax);
  return {
    sign: (text) => {
      const remembered = known.get(text);
      if (remembered !== undefined) return remembered;
      const signature = signer.sign(text);
      known.set(text, signature, ENTRY_BYTES + 2 * text.length);
      return signature;
    },
  };
}
