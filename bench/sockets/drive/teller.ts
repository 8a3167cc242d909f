import type { SocketEvent } from "../../../core/feed/realtime/port.ts";
import type { Id } from "../../../core/ids.ts";
import { DEFAULT_REGIONS } from "../../../core/regions/regions.ts";
import { type SocketBindings, socketSink } from "../../../platform/socket-stubs.ts";

/** `POST /tell`: what fan-out would tell one bucket, straight to its object. Ids are text with an `n` after. */
export default {
  async fetch(request, env) {
    const text = await request.text();
    const { region, bucket, events } = JSON.parse(text, revived) as {
      readonly region: string;
      readonly bucket: number;
      readonly events: readonly SocketEvent[];
    };
    return Response.json(await socketSink(env, DEFAULT_REGIONS).tell(region, bucket, events));
  },
} satisfies ExportedHandler<SocketBindings>;

const revived = (_: string, value: unknown): unknown =>
  typeof value === "string" && /^\d+n$/.test(value) ? (BigInt(value.slice(0, -1)) as Id) : value;
