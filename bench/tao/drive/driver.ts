import { parseId } from "../../../core/ids.ts";
import { closedLoop, openLoop } from "./execute.ts";
import { type DriverEnv, type DriverGraph, driverGraph } from "./graph.ts";
import { probeLag } from "./lag.ts";
import { loadAll } from "./load-writes.ts";
import { stampede } from "./stampede.ts";
import { decodeRequests, encodeAnswers } from "./wire.ts";
import { keepWriting } from "./writes.ts";

export { FloorFollower } from "./floor.ts";

/** One per isolate, like a Worker of the product: what it keeps outlives a request. */
const graphs = new WeakMap<DriverEnv, DriverGraph>();

/** The client of the graph, inside the runtime: thousands of object calls for one HTTP request. */
export default {
  async fetch(request, env) {
    const graph = graphs.get(env) ?? driverGraph(env);
    graphs.set(env, graph);
    const { pathname, searchParams } = new URL(request.url);
    const number = (name: string) => Number(searchParams.get(name));
    const body = async () => decodeRequests(await request.arrayBuffer());
    switch (pathname) {
      case "/open":
        return new Response(encodeAnswers(await openLoop(await body(), graph.ports)));
      case "/closed": {
        const untilMs = Date.now() + number("ms");
        const ports = searchParams.has("floor") ? graph.floorPorts : graph.ports;
        const answers = await closedLoop(await body(), number("width"), untilMs, ports);
        return new Response(encodeAnswers(answers));
      }
      case "/load":
        return Response.json((await loadAll(await body(), graph.ports)).map(String));
      case "/stats":
        return Response.json(await graph.report());
      case "/lag": {
        const untilMs = Date.now() + number("ms");
        return Response.json(await probeLag(graph, number("every"), untilMs));
      }
      case "/stampede": {
        const id = parseId(searchParams.get("id") ?? "");
        return id === null
          ? new Response(null, { status: 400 })
          : Response.json(await stampede(graph, id, number("readers")));
      }
      case "/writes": {
        const untilMs = Date.now() + number("ms");
        return Response.json(await keepWriting(graph, number("shard"), number("width"), untilMs));
      }
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler<DriverEnv>;
