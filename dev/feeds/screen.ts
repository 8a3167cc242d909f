import { setTimeout as delay } from "node:timers/promises";

import { createRealtime, type Realtime } from "../../client/realtime.ts";

const OPEN_MS_MAX = 3_000;
/** From a connection that is open to one whose wish to watch has been looked up. */
const LOOKUP_MS = 250;

export interface Shown {
  readonly post: string;
  readonly author: string;
}

/** A screen with one post on it, connected as the web app is. */
export class Screen {
  /** When it was told to take the post away, Unix ms; null: not yet. */
  toldMs: number | null = null;
  readonly #realtime: Realtime;
  #isOpen = false;

  private constructor(baseUrl: string, token: string, { post, author }: Shown) {
    const take = () => {
      this.toldMs ??= Date.now();
    };
    this.#realtime = createRealtime({
      baseUrl,
      token: () => token,
      onMessage: (message) => {
        const isAbout =
          (message.type === "revoke" && message.post === post) ||
          (message.type === "hide_author" && message.user === author);
        if (isAbout) take();
      },
      // Whoever cannot know what was missed asks for everything again.
      onGap: () => this.#isOpen && take(),
      onState: ({ status }) => {
        if (status === "open") this.#isOpen = true;
      },
    });
    this.#realtime.watch([post]);
    this.#realtime.start();
  }

  /** null: it could not be connected. */
  static async open(baseUrl: string, token: string, shown: Shown): Promise<Screen | null> {
    const screen = new Screen(baseUrl, token, shown);
    for (let waitedMs = 0; waitedMs < OPEN_MS_MAX && !screen.#isOpen; waitedMs += 20)
      await delay(20);
    if (!screen.#isOpen) {
      screen.close();
      return null;
    }
    await delay(LOOKUP_MS);
    screen.toldMs = null;
    return screen;
  }

  close(): void {
    this.#realtime.stop();
  }
}
