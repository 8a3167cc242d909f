import { ErrorCode, OpenFeature } from "@openfeature/server-sdk";
import { describe, expect, it } from "vitest";

import type { CallContext } from "../../core/feed/service.ts";
import { DEFAULT_WEIGHTS } from "../../core/ranking/weights.ts";
import { Evaluator } from "../../core/rollout/evaluator.ts";
import { EMPTY } from "../../core/rollout/register.ts";
import { RolloutProvider } from "../../platform/open-feature.ts";
import { RequestFlags } from "../../workers/feed/flags.ts";
import { RolloutWorld } from "../fakes/rollout-world.ts";

const STAGES = [{ share: 5_000, regions: ["eu-west"] }, { share: 10_000 }];
const HEAVY = { ...DEFAULT_WEIGHTS, share: 40 };

async function isolateWith(
  flag: "feed.page-max" | "ranking.weights" | "ranking.model",
  treatment: unknown,
) {
  const world = new RolloutWorld();
  await world.create({ id: "change", flag, treatment, plan: { stages: STAGES } });
  await world.act("change", "start");
  const isolate = world.isolate();
  await isolate.exchange("eu-west");
  return isolate;
}

/** A viewer in each arm. */
function viewersOf(evaluator: Evaluator): Record<"control" | "treatment", string> {
  const viewers = Array.from({ length: 50 }, (_, n) => String(n));
  const find = (arm: "control" | "treatment") =>
    viewers.find((viewer) => evaluator.exposures(viewer, "eu-west")[0]?.arm === arm) ?? "";
  return { control: find("control"), treatment: find("treatment") };
}

describe("provider", () => {
  it("answers by arm, with reason, variant and the rollout's name", async () => {
    const { evaluator } = await isolateWith("feed.page-max", 10);
    const client = clientOf(evaluator, "by-arm");
    const { control, treatment } = viewersOf(evaluator);
    const ask = (targetingKey: string, region: string) =>
      client.getNumberDetails("feed.page-max", 20, { targetingKey, region });
    const flagMetadata = { rollout: "change" };
    const split = { reason: "SPLIT", flagMetadata };
    expect(await ask(treatment, "eu-west")).toMatchObject({
      ...split,
      value: 10,
      variant: "treatment",
    });
    expect(await ask(control, "eu-west")).toMatchObject({
      ...split,
      value: 50,
      variant: "control",
    });
    const elsewhere = { value: 50, reason: "STATIC", variant: "control" };
    expect(await ask(treatment, "apac")).toMatchObject(elsewhere);
    // Who has no key has no place on the ring.
    expect(await client.getNumberDetails("feed.page-max", 20, { region: "eu-west" })).toMatchObject(
      elsewhere,
    );
  });

  it("says what it does not know and what is of another type, with the caller's default", async () => {
    const client = clientOf(new Evaluator(EMPTY), "wrong");
    expect(await client.getBooleanDetails("no.such", true)).toMatchObject({
      value: true,
      reason: "ERROR",
      errorCode: ErrorCode.FLAG_NOT_FOUND,
    });
    expect(await client.getStringDetails("feed.cache", "x")).toMatchObject({
      value: "x",
      errorCode: ErrorCode.TYPE_MISMATCH,
    });
    expect(await client.getBooleanDetails("feed.cache", false)).toMatchObject({
      value: true,
      reason: "DEFAULT",
    });
    expect(await client.getObjectValue("ranking.weights", {})).toEqual(DEFAULT_WEIGHTS);
  });
});

function clientOf(evaluator: Evaluator, domain: string) {
  OpenFeature.setProvider(domain, new RolloutProvider(() => evaluator));
  return OpenFeature.getClient(domain);
}

describe("flags of a request", () => {
  const ctxOf = (viewer: string | null) => ({ viewer, region: "eu-west" }) as CallContext;

  it("are what the Worker is configured with where nothing is rolled out", async () => {
    const flags = new RequestFlags(new RolloutWorld().isolate());
    expect(await flags.of(ctxOf("7"))).toEqual({
      isCached: true,
      pageMax: 50,
      weighing: null,
      model: null,
    });
  });

  it("name the model that is to score, except where it is whichever is served", async () => {
    const isolate = await isolateWith("ranking.model", "2026-11-29");
    const { control, treatment } = viewersOf(isolate.evaluator);
    const flags = new RequestFlags(isolate);
    expect((await flags.of(ctxOf(treatment))).model).toBe("2026-11-29");
    expect((await flags.of(ctxOf(control))).model).toBeNull();
  });

  it("name weights by their rollout and arm, so that pages made with others are told apart", async () => {
    const isolate = await isolateWith("ranking.weights", HEAVY);
    const { control, treatment } = viewersOf(isolate.evaluator);
    const flags = new RequestFlags(isolate);
    expect((await flags.of(ctxOf(treatment))).weighing).toEqual({
      version: expect.stringMatching(/^change-treatment-[0-9a-f]{8}$/),
      weights: HEAVY,
    });
    expect((await flags.of(ctxOf(control))).weighing).toMatchObject({
      version: expect.stringMatching(/^change-control-/),
      weights: DEFAULT_WEIGHTS,
    });
    // Visitors are compared with nobody.
    expect((await flags.of(ctxOf(null))).weighing).toBeNull();
  });

  it("are named as the Worker has them once a rollout of weights is over, and where it is not", async () => {
    const world = new RolloutWorld();
    await world.create({
      id: "change",
      flag: "ranking.weights",
      treatment: HEAVY,
      plan: { stages: STAGES },
    });
    await world.act("change", "start");
    const isolate = world.isolate();
    await isolate.exchange("eu-west");
    const flags = new RequestFlags(isolate);
    const weighingFor = async (viewer: string, region = "eu-west") =>
      (await flags.of({ viewer, region } as CallContext)).weighing;
    const { treatment } = viewersOf(isolate.evaluator);
    expect(await weighingFor(treatment, "us-east")).toBeNull();
    expect(await weighingFor(treatment)).not.toBeNull();
    await world.act("change", "kill");
    world.clock.advance(5_000);
    await isolate.exchange("eu-west");
    expect(await weighingFor(treatment)).toBeNull();
  });
});
