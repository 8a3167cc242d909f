import {
  decode,
  type DriveRequest,
  encode,
  type FinalRequest,
  type HandOverRequest,
  type PopulateRequest,
} from "../wire.ts";
import { drive } from "./drive.ts";
import { finalView } from "./final.ts";
import { type DriverEnv, driverGraph } from "./graph.ts";
import { populate } from "./populate.ts";

/** Many clients of the graph inside the runtime: thousands of object calls for one HTTP request. */
export default {
  async fetch(request, env) {
    const graph = driverGraph(env);
    const { pathname } = new URL(request.url);
    switch (pathname) {
      case "/populate":
        return new Response(
          encode(await populate(graph, decode<PopulateRequest>(await request.text()))),
        );
      case "/drive":
        return new Response(drive(graph, decode<DriveRequest>(await request.text())));
      case "/final":
        return new Response(
          encode(await finalView(graph, decode<FinalRequest>(await request.text()))),
        );
      case "/hand-over":
        return Response.json(await graph.handOver(decode<HandOverRequest>(await request.text())));
      case "/sweep":
        return Response.json(await graph.sweep());
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler<DriverEnv>;
