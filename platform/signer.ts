import { createHmac } from "node:crypto";

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
