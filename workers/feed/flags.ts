import { type Client, OpenFeature } from "@openfeature/server-sdk";

import type { CallContext } from "../../core/feed/service.ts";
import { FLAGS, type FlagKey } from "../../core/rollout/flags.ts";
import type { FollowedRollouts } from "../../core/rollout/followed.ts";
import { HEADS } from "../../core/ranking/heads.ts";
import { type Weighing, weighing } from "../../core/ranking/weighing.ts";
import { type Weights, weightsSchema } from "../../core/ranking/weights.ts";
import { type FlagContext, RolloutProvider } from "../../platform/open-feature.ts";

/** What rollouts say for one request. */
export interface Flags {
  readonly isCached: boolean;
  readonly pageMax: number;
  /** null: as the Worker is configured. */
  readonly weighing: Weighing | null;
  /** Version of the model; null: whichever the ranker serves. */
  readonly model: string | null;
}

/** Where no rollout says anything. */
export const INITIAL: Flags = {
  isCached: FLAGS["feed.cache"].initial,
  pageMax: FLAGS["feed.page-max"].initial,
  weighing: null,
  model: null,
};

/** The domain of this product's flags in OpenFeature: other code of an isolate may have providers of its own. */
const DOMAIN = "edgewise";

/** Flags of requests, by the OpenFeature API. What no rollout rules is not asked for: its value is known. */
export class RequestFlags {
  readonly #rollouts: FollowedRollouts;
  readonly #client: Client;

  constructor(rollouts: FollowedRollouts) {
    this.#rollouts = rollouts;
    OpenFeature.setProvider(DOMAIN, new RolloutProvider(() => rollouts.evaluator));
    this.#client = OpenFeature.getClient(DOMAIN);
  }

  async of({ viewer, region }: CallContext): Promise<Flags> {
    const context: FlagContext = { region, ...(viewer !== null && { targetingKey: viewer }) };
    const isRuled = (flag: FlagKey) => this.#rollouts.evaluator.isRuled(flag);
    const client = this.#client;
    return {
      isCached: isRuled("feed.cache")
        ? await client.getBooleanValue("feed.cache", INITIAL.isCached, context)
        : INITIAL.isCached,
      pageMax: isRuled("feed.page-max")
        ? await client.getNumberValue("feed.page-max", INITIAL.pageMax, context)
        : INITIAL.pageMax,
      weighing: isRuled("ranking.weights") ? await this.#weighing(context) : INITIAL.weighing,
      model: isRuled("ranking.model") ? await this.#model(context) : INITIAL.model,
    };
  }

  async #model(context: FlagContext): Promise<string | null> {
    const served = FLAGS["ranking.model"].initial;
    const version = await this.#client.getStringValue("ranking.model", served, context);
    return version === served ? null : version;
  }

  async #weighing(context: FlagContext): Promise<Weighing | null> {
    const found = await this.#client.getObjectDetails<Weights>(
      "ranking.weights",
      FLAGS["ranking.weights"].initial,
      context,
    );
    const weights = weightsSchema.safeParse(found.value);
    if (!weights.success || found.errorCode !== undefined) return null;
    // Outside of a comparison the first value is just what the Worker is configured with, under that name.
    const isOutside = found.variant === "control" && found.reason !== "SPLIT";
    if (isOutside && isInitial(weights.data)) return null;
    return weighing(`${found.flagMetadata["rollout"]}-${found.variant}`, weights.data);
  }
}

const isInitial = (weights: Weights): boolean =>
  HEADS.every((head) => weights[head] === FLAGS["ranking.weights"].initial[head]);

export const withinPageMax = <T extends { readonly limit: number }>(
  request: T,
  { pageMax }: Flags,
): T => ({ ...request, limit: Math.min(request.limit, pageMax) });
