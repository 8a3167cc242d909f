import { ASSOC } from "../../core/tao/registry.ts";
import { runPool } from "../../dev/operator/pool.ts";
import { partsOf, writeVerified } from "../load/answers.ts";
import { fetchPage, type PageReader } from "./pages.ts";
import type { Product } from "./product.ts";

const AT_ONCE = 8;

/**
 * What a product under steady traffic has warm: every reader's entry, and the leaders. Rounds of other
 * targets take so long that entries expire and the runtime forgets idle objects.
 */
export class Warmth {
  /** The pages as they are now, for generators. */
  readonly file: string;
  readonly #product: Product;
  readonly #reader: PageReader;
  readonly #viewers: readonly number[];

  constructor(product: Product, reader: PageReader, viewers: readonly number[], file: string) {
    this.#product = product;
    this.#reader = reader;
    this.#viewers = viewers;
    this.file = file;
  }

  async renew(): Promise<void> {
    const counts = this.#reader.ids
      .slice(0, LEADER_READS)
      .map((id1) => ({ op: "assocCount", id1, atype: ASSOC.followedBy }) as const);
    await this.#product.api.read(counts, "leader");
    await writeVerified(this.file, await this.#bodies({}));
  }

  /** How many pages are not, post by post, what leaders say at this moment. Nobody writes meanwhile. */
  async unlikeGraph(): Promise<number> {
    const [cached, graph] = [
      await this.#bodies({}),
      await this.#bodies({ "edgewise-consistency": "leader" }),
    ];
    return cached.filter(
      (body, place) => partsOf(body)?.items !== partsOf(graph[place] ?? "")?.items,
    ).length;
  }

  async #bodies(headers: Readonly<Record<string, string>>): Promise<string[]> {
    const bodies: string[] = [];
    const read = async (place: number) => {
      bodies[place] = await fetchPage(this.#reader, this.#viewers[place] ?? 0, headers);
    };
    await runPool(this.#viewers.length, AT_ONCE, read, new AbortController().signal);
    return bodies;
  }
}

/** Spread over all shards. */
const LEADER_READS = 200;
