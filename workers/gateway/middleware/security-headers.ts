import type { GatewayConfig } from "../env.ts";

/** Answers of the API and images are data: a browser that opens one runs nothing. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";
/** The web app: its own files only. Positions of a virtual list are inline styles. */
export const APP_POLICY = [
  "default-src 'self'",
  "img-src 'self' blob: data:",
  // A video that is being chosen is shown before it is uploaded.
  "media-src 'self' blob:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** One year, as browsers' preload lists ask. */
const HSTS = "max-age=31536000; includeSubDomains";

/** Of every answer; a route that needs another content policy replaces that one. */
export const securityHeaders = (config: GatewayConfig): Readonly<Record<string, string>> => ({
  "content-security-policy": DATA_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "strict-origin-when-cross-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
  "cross-origin-opener-policy": "same-origin",
  // On a developer's machine a browser would remember to ask localhost for https.
  ...(config.environment !== "development" && { "strict-transport-security": HSTS }),
});
