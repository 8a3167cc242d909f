interface ThroughServiceEnv {
  readonly PAGES: { page(name: string): Promise<string> };
}

/** Floor: the product's path without its code: a Worker asks a Worker, which asks an object for the page. */
export default {
  async fetch(request, env) {
    const page = await env.PAGES.page(new URL(request.url).pathname);
    return new Response(page, { headers: { "content-type": "application/json" } });
  },
} satisfies ExportedHandler<ThroughServiceEnv>;
