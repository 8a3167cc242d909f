import { setTimeout as delay } from "node:timers/promises";

import { type Client, createClient } from "../../client/client.ts";
import type { Region } from "../../core/regions/regions.ts";
import type { Consistency } from "../../core/tao/service.ts";
import { mintToken, type OperatorOptions } from "../operator/api.ts";
import { REGIONS } from "../histories/shape.ts";
import { hash } from "../world/random.ts";

/** An answer to a reader, and when it was asked for. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  /** Unix ms. */
  readonly askedMs: number;
  readonly answeredMs: number;
}

export interface Asking {
  readonly region: Region;
  readonly consistency?: Consistency;
  /** Another gateway's origin; default: the front door. */
  readonly at?: string;
}

const READ_TIMEOUT_MS = 15_000;
const READ_TRIES = 60;

/**
 * Everybody's devices: one that writes, and knows by its ticket what it wrote, and others that read
 * and know nothing.
 */
export class People {
  readonly #options: OperatorOptions;
  readonly #tokens = new Map<string, Promise<string>>();
  readonly #clients = new Map<string, Promise<Client>>();
  /** Where each writing device is at the moment. */
  readonly #places = new Map<string, Region>();
  /** Requests that were answered with 5xx, or not at all. */
  failures = 0;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#options.url;
  }

  /** Where somebody reads, mostly. */
  homeOf = (user: string): Region => REGIONS[hash(7, user) % REGIONS.length] ?? "us-east";

  /** The writing device, from `region` on. */
  client(user: string, region: Region): Promise<Client> {
    this.#places.set(user, region);
    const known = this.#clients.get(user) ?? this.#connect(user);
    this.#clients.set(user, known);
    return known;
  }

  /** One read without a ticket. @returns null when the product is away, or says that something is. */
  async tryRead<T>(
    user: string | null,
    path: string,
    { region, consistency, at = this.url }: Asking,
  ): Promise<Answer<T> | null> {
    const headers = {
      ...(user !== null && { authorization: `Bearer ${await this.token(user)}` }),
      "x-edgewise-region": region,
      ...(consistency !== undefined && { "edgewise-consistency": consistency }),
    };
    const askedMs = Date.now();
    try {
      const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
      const response = await fetch(`${at}${path}`, { headers, signal });
      const body = (await response.json()) as T;
      if (response.status >= 500) this.failures++;
      return response.status >= 500
        ? null
        : { status: response.status, body, askedMs, answeredMs: Date.now() };
    } catch {
      this.failures++;
      return null;
    }
  }

  /** As often as it takes. @throws Error when the product stays away. */
  async read<T>(user: string | null, path: string, asking: Asking): Promise<Answer<T>> {
    for (let tries = 0; tries < READ_TRIES; tries++) {
      const answer = await this.tryRead<T>(user, path, asking);
      if (answer !== null) return answer;
      await delay(250);
    }
    throw new Error(`${path} is never answered`);
  }

  async #connect(user: string): Promise<Client> {
    const token = await this.token(user);
    return createClient({
      baseUrl: this.url,
      token: () => token,
      fetch: (url, init) => {
        const region = this.#places.get(user) ?? this.homeOf(user);
        return fetch(url, { ...init, headers: { ...init.headers, "x-edgewise-region": region } });
      },
    });
  }

  /** As the product's own sign-in gives one, and past its rate limits. */
  token(user: string): Promise<string> {
    // Nobody is who looks after the product; people may also load what they are.
    const role = user === "0" ? "operator" : "loader";
    const known = this.#tokens.get(user) ?? mintToken(this.#options, user, Date.now(), role);
    this.#tokens.set(user, known);
    return known;
  }
}
