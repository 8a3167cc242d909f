import { FailureError } from "../../../core/errors.ts";
import { cacheHeaders } from "../../../core/http/cache-policy.ts";
import type { GatewayApp, GatewayDeps } from "../context.ts";
import { APP_POLICY } from "../middleware/security-headers.ts";

/** Names with a content hash, as the build makes them: a new build has new names. */
const HASHED = /^\/assets\/.+-[\w-]{8,}\.\w+$/;

/** Addresses that the operators' dashboard routes itself: `ops.html`, whichever page it is. */
const OPS_PAGE = /^\/ops\/[^.]*$/;

/**
 * Everything else under `/` is the web app: its files, and `index.html` for any address
 * that the app itself routes.
 */
export function assetsRoute(app: GatewayApp, { assets }: GatewayDeps): void {
  app.get("*", async (c) => {
    const { pathname } = new URL(c.req.url);
    const found = await assets.fetch(
      OPS_PAGE.test(pathname) ? new Request(new URL("/ops", c.req.url), c.req.raw) : c.req.raw,
    );
    const isPage = (found.headers.get("content-type") ?? "").startsWith("text/html");
    // The fallback page in place of a script would fail in the browser as a syntax error.
    if (found.status === 404 || (isPage && /\.(?!html$)\w+$/.test(pathname))) {
      throw new FailureError({ code: "not_found", what: "page" });
    }
    // What a binding answers cannot be changed; a copy takes the security headers.
    const response = new Response(found.body, found);
    for (const [name, value] of Object.entries(c.get("headers"))) response.headers.set(name, value);
    response.headers.set("content-security-policy", APP_POLICY);
    const cacheClass = HASHED.test(pathname) ? "immutable" : "app-shell";
    for (const [name, value] of Object.entries(cacheHeaders(cacheClass))) {
      response.headers.set(name, value);
    }
    return response;
  });
}
