import { DurableObject } from "cloudflare:workers";

interface OneCallEnv {
  readonly PAGE: string;
  readonly OBJECT: DurableObjectNamespace<PageObject>;
}

export class PageObject extends DurableObject<OneCallEnv> {
  page(): string {
    return this.env.PAGE;
  }
}

/** Floor: one object call that returns the page. `/N` names the object. */
export default {
  async fetch(request, env) {
    const page = await env.OBJECT.getByName(new URL(request.url).pathname).page();
    return new Response(page, { headers: { "content-type": "application/json" } });
  },
} satisfies ExportedHandler<OneCallEnv>;
