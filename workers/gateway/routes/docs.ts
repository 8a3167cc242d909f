import { cacheHeaders } from "../../../core/http/cache-policy.ts";
import { etagOf } from "../../../core/http/conditional.ts";
import type { GatewayApp } from "../context.ts";
import { renderDocs } from "../docs/page.ts";
import { DOCS_STYLE } from "../docs/style.ts";
import { openApiDocument } from "../openapi.ts";
import type { Operation } from "../operation.ts";
import { respondTagged } from "../respond.ts";

/** The same for everyone until the next deployment. */
interface Documents {
  readonly openapi: string;
  readonly openapiEtag: string;
  readonly html: string;
  readonly htmlEtag: string;
  /** Allows the page's one inline style sheet, and nothing else. */
  readonly policy: string;
}

/** `GET /openapi.json` and `GET /docs`, made when first asked for: starting up must stay cheap. */
export function docsRoutes(app: GatewayApp, operations: readonly Operation[]): void {
  // The finished documents, not a promise of them: one request must not wait on another's.
  let documents: Documents | null = null;
  const get = async () => (documents ??= await makeDocuments(operations));

  app.get("/openapi.json", async (c) => {
    const { openapi, openapiEtag } = await get();
    return respondTagged(c, openapi, openapiEtag, {
      ...cacheHeaders("document"),
      "content-type": "application/json",
      "access-control-allow-origin": "*",
    });
  });
  app.get("/docs", async (c) => {
    const { html, htmlEtag, policy } = await get();
    return respondTagged(c, html, htmlEtag, {
      ...cacheHeaders("document"),
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
    });
  });
}

async function makeDocuments(operations: readonly Operation[]): Promise<Documents> {
  const document = openApiDocument(operations);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(DOCS_STYLE));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  const [openapi, html] = [JSON.stringify(document), renderDocs(document)];
  return {
    openapi,
    openapiEtag: etagOf(openapi),
    html,
    htmlEtag: etagOf(html),
    policy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}
