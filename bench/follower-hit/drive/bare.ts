import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

/** Answers a call of a follower with what a follower once answered, and does nothing else. */
export class BareObject extends DurableObject {
  readonly #answers = new Map<string, unknown>();

  learn(shape: string, answer: unknown): void {
    this.#answers.set(shape, answer);
  }

  /** @param _request what the follower gets, so that it crosses the call as well. */
  answer(shape: string, _request: unknown): unknown {
    return this.#answers.get(shape);
  }
}

/** A Worker of its own, as the product's objects have: a call crosses as much to either. */
export default class extends WorkerEntrypoint {}
