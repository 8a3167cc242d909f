import type { Failure } from "../../errors.ts";
import { LIMITS } from "../../limits.ts";
import { err, ok, type Result } from "../../result.ts";
import { CLOSE, type Refusal } from "./close-codes.ts";
import type { Line } from "./lines.ts";
import type { ServerMessage } from "./port.ts";
import type { PollAnswer, PollRequest } from "./service.ts";
import type { Switchboard } from "./switchboard.ts";

/** Resolves when `first` does, or after `ms`. */
export type WaitFor = (first: Promise<void>, ms: number) => Promise<void>;

/** A connection for one question: answers with what was missed, or with what comes next. */
export async function poll(
  switchboard: Switchboard,
  request: PollRequest,
  waitFor: WaitFor,
): Promise<Result<PollAnswer, Failure>> {
  const line = new PollLine(request);
  const refusal = switchboard.open(line);
  if (refusal !== null) return err(failureOf(refusal));
  switchboard.begin(line, request.place);
  if (request.watch.length > 0) switchboard.watch(line, request.watch);
  await waitFor(
    line.until(() => line.hasNews),
    request.waitMs,
  );
  await waitFor(
    line.until(() => switchboard.isSettled(line)),
    LIMITS.socketLookupMs,
  );
  switchboard.closed(line);
  return line.answer();
}

class PollLine implements Line {
  readonly viewer;
  readonly untilMs;
  readonly #messages: ServerMessage[] = [];
  #closed: Refusal | null = null;
  #wake: () => void = () => {};

  constructor({ viewer, untilMs }: PollRequest) {
    this.viewer = viewer;
    this.untilMs = untilMs;
  }

  /** Something that is worth an answer before the wait is over. */
  get hasNews(): boolean {
    return this.#messages.some((one) =>
      one.type === "hello" ? !one.resumed : one.type !== "counts",
    );
  }

  send(message: ServerMessage): void {
    this.#messages.push(message);
    this.#wake();
  }

  close(code: number, reason: string): void {
    this.#closed = { code, reason };
    this.#wake();
  }

  heardMs(): null {
    return null;
  }

  keep(): void {}

  until(isDone: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        if (this.#closed !== null || isDone()) resolve();
      };
      this.#wake();
    });
  }

  answer(): Result<PollAnswer, Failure> {
    const hello = this.#messages.find((one) => one.type === "hello");
    if (hello === undefined || this.#closed !== null)
      return err(failureOf(this.#closed ?? { code: CLOSE.full, reason: "" }));
    const gaps = this.#messages.filter((one) => one.type === "gap");
    const [gap, last] = [gaps[0], gaps.at(-1)];
    const messages = this.#messages.filter(({ type }) => type !== "hello" && type !== "gap");
    return ok({
      life: hello.life,
      seq: this.#messages.reduce((seq, one) => Math.max(seq, one.seq ?? 0), hello.seq),
      resumed: hello.resumed,
      gap: gap === undefined || last === undefined ? null : { from: gap.from, to: last.to },
      messages,
    });
  }
}

/** As an HTTP client is told. */
export function failureOf({ code, reason }: Refusal): Failure {
  if (code === CLOSE.expired || code === CLOSE.usedTicket)
    return { code: "unauthenticated", reason };
  if (code === CLOSE.tooMany)
    return {
      code: "limit_reached",
      what: "connections of a user",
      max: LIMITS.socketsPerViewerMax,
    };
  return { code: "overloaded", retryAfterMs: LIMITS.reconnectBaseMs };
}
