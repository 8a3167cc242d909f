import { DurableObject } from "cloudflare:workers";

interface EmptyCallsEnv {
  readonly PAGE: string;
  readonly OBJECT: DurableObjectNamespace<EmptyObject>;
  /** How many objects there are: as many as the product has shards. */
  readonly OBJECTS: string;
}

export class EmptyObject extends DurableObject {
  nothing(): null {
    return null;
  }
}

/** Floor: `/K` makes K empty object calls at once and answers with the page. */
export default {
  async fetch(request, env) {
    const calls = Number(new URL(request.url).pathname.slice(1));
    const objects = Number(env.OBJECTS);
    await Promise.all(
      Array.from({ length: calls }, (_, call) =>
        env.OBJECT.getByName(`${call % objects}`).nothing(),
      ),
    );
    return new Response(env.PAGE, { headers: { "content-type": "application/json" } });
  },
} satisfies ExportedHandler<EmptyCallsEnv>;
