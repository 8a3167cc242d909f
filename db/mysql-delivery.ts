import { and, asc, eq, lte, or, sql } from "drizzle-orm";

import { decodeInverse } from "../core/tao/log-wire.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { IntentRow } from "../core/tao/store.ts";
import type { Version } from "../core/tao/version.ts";
import type { MysqlDatabase } from "./mysql-client.ts";
import * as schema from "./schema.ts";

/** Whom a shard delivers to, and what it still owes them, as far as the tables know. */
export class MysqlDelivery {
  readonly #db: MysqlDatabase;
  readonly #shard: PhysicalShard;

  constructor(db: MysqlDatabase, shard: PhysicalShard) {
    this.#db = db;
    this.#shard = shard;
  }

  async intents(limitPerTarget: number): Promise<IntentRow[]> {
    const { intents } = schema;
    const mine = eq(intents.shard, this.#shard);
    const targets = await this.#db
      .selectDistinct({ target: intents.target })
      .from(intents)
      .where(mine);
    const found = targets.map(async ({ target }) => {
      const rows = await this.#db
        .select({ inverse: intents.inverse })
        .from(intents)
        .where(and(mine, eq(intents.target, target)))
        .orderBy(asc(intents.epoch), asc(intents.seq))
        .limit(limitPerTarget);
      return rows.map((row) => ({ target, inverse: decodeInverse(row.inverse) }));
    });
    return (await Promise.all(found)).flat();
  }

  async dropIntents(target: PhysicalShard, upTo: Version): Promise<void> {
    const { intents } = schema;
    const { epoch, seq } = intents;
    const isAccepted = or(
      sql`${epoch} < ${upTo.epoch}`,
      and(eq(epoch, upTo.epoch), lte(seq, upTo.seq)),
    );
    await this.#db
      .delete(intents)
      .where(and(eq(intents.shard, this.#shard), eq(intents.target, target), isAccepted));
  }

  async intentCount(): Promise<number> {
    const { intents } = schema;
    const [row] = await this.#db
      .select({ n: sql`COUNT(*)`.mapWith(Number) })
      .from(intents)
      .where(eq(intents.shard, this.#shard));
    return row?.n ?? 0;
  }

  async followers(): Promise<readonly string[]> {
    const { followers } = schema;
    const rows = await this.#db.select().from(followers).where(eq(followers.shard, this.#shard));
    return rows.map(({ name }) => name);
  }

  async addFollower(name: string): Promise<void> {
    await this.#db
      .insert(schema.followers)
      .values({ shard: this.#shard, name })
      .onDuplicateKeyUpdate({ set: { name } });
  }

  async dropFollower(name: string): Promise<void> {
    const { followers } = schema;
    await this.#db
      .delete(followers)
      .where(and(eq(followers.shard, this.#shard), eq(followers.name, name)));
  }
}
