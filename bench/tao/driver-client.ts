import { z } from "zod";

import { type Id, parseId } from "../../core/ids.ts";
import {
  type LagReport,
  lagSchema,
  type StampedeReport,
  stampedeSchema,
  type Stats,
  statsSchema,
  type WritesReport,
  writesSchema,
} from "./drive/protocol.ts";
import {
  decodeAnswers,
  type DriveAnswer,
  type DriveRequest,
  encodeRequests,
} from "./drive/wire.ts";

/** Calls the driver in the runtime. Every method rejects when the driver fails. */
export class DriverClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Each request at its own time; resolves when the last one is answered. */
  async open(requests: readonly DriveRequest[]): Promise<readonly DriveAnswer[]> {
    return decodeAnswers(await this.#bytes("/open", encodeRequests(requests)));
  }

  /** `width` requests always in flight for `ms`; `over` objects that do nothing, for comparison. */
  async closed(
    requests: readonly DriveRequest[],
    width: number,
    ms: number,
    over: "followers" | "floor" = "followers",
  ): Promise<readonly DriveAnswer[]> {
    const query = `?width=${width}&ms=${ms}${over === "floor" ? "&floor" : ""}`;
    return decodeAnswers(await this.#bytes(`/closed${query}`, encodeRequests(requests)));
  }

  async load(requests: readonly DriveRequest[]): Promise<readonly Id[]> {
    const texts = await this.#json("/load", z.array(z.string()), encodeRequests(requests));
    return texts.map((text) => parseId(text) ?? (0n as Id));
  }

  stats = (): Promise<Stats> => this.#json("/stats", statsSchema);

  lag = (everyMs: number, ms: number): Promise<LagReport> =>
    this.#json(`/lag?every=${everyMs}&ms=${ms}`, lagSchema);

  stampede = (id: Id, readers: number): Promise<StampedeReport> =>
    this.#json(`/stampede?id=${id}&readers=${readers}`, stampedeSchema);

  writes = (shard: number, width: number, ms: number): Promise<WritesReport> =>
    this.#json(`/writes?shard=${shard}&width=${width}&ms=${ms}`, writesSchema);

  async #json<T>(
    path: string,
    schema: z.ZodType<T>,
    body: Uint8Array<ArrayBuffer> | null = null,
  ): Promise<T> {
    const response = await this.#call(path, body);
    return schema.parse(await response.json());
  }

  async #bytes(path: string, body: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
    return (await this.#call(path, body)).arrayBuffer();
  }

  async #call(path: string, body: Uint8Array<ArrayBuffer> | null): Promise<Response> {
    const response = await fetch(`${this.#url}${path}`, {
      method: "POST",
      ...(body !== null && { body }),
    });
    if (!response.ok) throw new Error(`The driver: ${response.status} ${await response.text()}`);
    return response;
  }
}
