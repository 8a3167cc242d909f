interface PageEnv {
  readonly PAGE: string;
}

/** Floor: a Worker that does nothing but answer with a page. */
export default {
  fetch: (_request, env) =>
    new Response(env.PAGE, { headers: { "content-type": "application/json" } }),
} satisfies ExportedHandler<PageEnv>;
