import type { OutboxRows, OutboxState } from "../../core/slo/outbox.ts";
import type { Message } from "../../core/slo/webhook-message.ts";

/** Rows of an outbox that outlast the object over them, as SQLite does. */
export class MemoryOutboxRows implements OutboxRows {
  #state: string | null = null;
  #messages: (Message & { readonly seq: number })[] = [];
  #seq = 0;

  load(): OutboxState | null {
    return this.#state === null ? null : (JSON.parse(this.#state) as OutboxState);
  }

  save(state: OutboxState): void {
    this.#state = JSON.stringify(state);
  }

  oldest() {
    return this.#messages[0] ?? null;
  }

  append(message: Message): void {
    this.#messages.push({ ...message, seq: ++this.#seq });
  }

  remove(seq: number): void {
    this.#messages = this.#messages.filter((message) => message.seq !== seq);
  }

  waiting(): number {
    return this.#messages.length;
  }
}
