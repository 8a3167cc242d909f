import type { OperatorClient } from "../../client/operator.ts";
import type { Action as Verb } from "../../core/rollout/command.ts";
import { ROLLOUT_LIMITS } from "../../core/rollout/limits.ts";
import type { RolloutView } from "../../core/rollout/rollout.ts";
import { words } from "./format.ts";
import type { Action, Seen } from "./ui/action-store.ts";
import type { Tone } from "./ui/badge.tsx";

type At = RolloutView["phase"]["at"];

const TONES: Readonly<Record<string, Tone>> = {
  running: "good",
  done: "good",
  holding: "warn",
  paused: "warn",
  rolled_back: "bad",
  killed: "bad",
};
export const phaseTone = (at: At): Tone => TONES[at] ?? "plain";

/** "running, stage 2 of 5" */
export function phaseWords({ phase, plan }: RolloutView): string {
  const stage = phase["stage"];
  const stages = stagesOf(plan).length;
  return typeof stage === "number"
    ? `${words(phase.at)}, stage ${stage + 1} of ${stages}`
    : words(phase.at);
}

interface StageView {
  readonly share: number;
  readonly regions: readonly string[] | null;
}
/** The view's plan is loose: it may come from a newer build. */
export const stagesOf = (plan: RolloutView["plan"]): readonly StageView[] =>
  Array.isArray(plan["stages"]) ? (plan["stages"] as StageView[]) : [];

/** 1/10,000 to a share. */
export const shareOf = (parts: number): number => parts / ROLLOUT_LIMITS.rolloutBuckets;

const EFFECTS: Readonly<Record<Verb, string>> = {
  start: "Viewers of the first stage get the treatment, and guards begin to watch.",
  pause: "It stays where it is: its viewers keep the treatment, and guards go on watching.",
  resume: "It goes on with the stage it was in, and the time that the stage had.",
  abort: "It ends: everybody has what there was. It cannot be started again.",
  kill: "Everybody goes back to what there was, within two seconds, whatever has changed since. It cannot be started again.",
};
const DONE: Readonly<Record<Verb, string>> = {
  start: "started",
  pause: "paused",
  resume: "resumed",
  abort: "aborted",
  kill: "killed",
};
const IS_UNDER_WAY = ["running", "holding", "paused"];
/** In which phases each makes sense; the register decides. */
const ALLOWED: Readonly<Record<Verb, readonly string[]>> = {
  start: ["draft"],
  pause: ["running", "holding"],
  resume: ["paused"],
  abort: ["draft", ...IS_UNDER_WAY],
  kill: ["draft", "done", ...IS_UNDER_WAY],
};

export const whyNotVerb = ({ phase }: RolloutView, verb: Verb): string | null =>
  ALLOWED[verb].includes(phase.at)
    ? null
    : `A rollout that is ${words(phase.at)} cannot be asked to ${verb}.`;

const seenOf = (view: RolloutView): Seen => ({
  revision: view.revision,
  facts: [
    ["Phase", phaseWords(view)],
    ["Share", `${shareOf(view.share) * 100} %`],
    ["Revision", String(view.revision)],
  ],
});

export function rolloutAction(view: RolloutView, verb: Verb): Action {
  const isKill = verb === "kill";
  const lookAgain = async (api: OperatorClient) => seenOf(await api.rollout(view.id));
  return {
    title: `${verb[0]?.toUpperCase()}${verb.slice(1)} ${view.id}`,
    effect: EFFECTS[verb],
    yes: `${verb[0]?.toUpperCase()}${verb.slice(1)}`,
    danger: isKill || verb === "abort",
    reasonCharsMax: ROLLOUT_LIMITS.rolloutReasonCharsMax,
    // It must not wait for words, nor lose a race.
    ...(isKill && { reasonDefault: "Kill switch" }),
    seen: isKill ? { ...seenOf(view), revision: null } : seenOf(view),
    lookAgain: async (api) => {
      const now = await lookAgain(api);
      return isKill ? { ...now, revision: null } : now;
    },
    async send(api, { reason, revision, idempotencyKey }) {
      await api.actOnRollout(view.id, { action: verb, revision, reason }, { idempotencyKey });
      return `${view.id} is ${DONE[verb]}.`;
    },
  };
}
