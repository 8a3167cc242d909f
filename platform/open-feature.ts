import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
} from "@openfeature/server-sdk";

import type { Evaluator } from "../core/rollout/evaluator.ts";
import { FLAG_KEYS, type FlagKey } from "../core/rollout/flags.ts";

/** Keys of an evaluation's context: the viewer's id, which OpenFeature calls the targeting key, and the region. */
export interface FlagContext extends EvaluationContext {
  readonly region: string;
}

/**
 * Rollouts as a provider for OpenFeature: evaluates in memory, by the document that `evaluator` gives, so
 * that it never waits and never fails. Runs in workerd and in Node alike.
 * Source: https://openfeature.dev/specification/sections/providers
 */
export class RolloutProvider implements Provider {
  readonly metadata = { name: "edgewise-rollouts" } as const;
  readonly runsOn = "server";
  readonly #evaluator: () => Evaluator;

  constructor(evaluator: () => Evaluator) {
    this.#evaluator = evaluator;
  }

  async resolveBooleanEvaluation(key: string, initial: boolean, context: EvaluationContext) {
    return this.#resolve(key, initial, context, (value) => typeof value === "boolean");
  }

  async resolveStringEvaluation(key: string, initial: string, context: EvaluationContext) {
    return this.#resolve(key, initial, context, (value) => typeof value === "string");
  }

  async resolveNumberEvaluation(key: string, initial: number, context: EvaluationContext) {
    return this.#resolve(key, initial, context, (value) => typeof value === "number");
  }

  async resolveObjectEvaluation<T extends JsonValue>(
    key: string,
    initial: T,
    context: EvaluationContext,
  ) {
    return this.#resolve(
      key,
      initial,
      context,
      (value) => typeof value === "object" && value !== null,
    );
  }

  /** The value was checked by the flag's schema before its rollout could exist; here only its type is. */
  #resolve<T>(
    key: string,
    initial: T,
    { targetingKey, region }: EvaluationContext,
    isT: (value: unknown) => boolean,
  ): ResolutionDetails<T> {
    if (!isFlag(key))
      return { value: initial, reason: "ERROR", errorCode: ErrorCode.FLAG_NOT_FOUND };
    const evaluation = this.#evaluator().evaluate(
      key,
      targetingKey ?? null,
      typeof region === "string" ? region : "",
    );
    if (!isT(evaluation.value))
      return { value: initial, reason: "ERROR", errorCode: ErrorCode.TYPE_MISMATCH };
    const { value, reason, arm, rollout } = evaluation;
    return {
      value: value as T,
      reason,
      variant: arm,
      ...(rollout !== null && { flagMetadata: { rollout } }),
    };
  }
}

const isFlag = (key: string): key is FlagKey => FLAG_KEYS.some((flag) => flag === key);
