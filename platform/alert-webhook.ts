import { createHmac } from "node:crypto";

import { z } from "zod";

import { type Message, signedText } from "../core/slo/webhook-message.ts";

/** The variables that say who is told of alerts. */
export interface AlertVars {
  readonly ENVIRONMENT?: string;
  /** Where messages are posted; without it nobody is told. */
  readonly ALERT_WEBHOOK_URL?: string;
  /** A secret: its receiver knows messages by it. */
  readonly ALERT_WEBHOOK_SECRET?: string;
  /** What a runbook's path is appended to, such as a repository's address. */
  readonly ALERT_RUNBOOK_BASE?: string;
}

export interface WebhookConfig {
  readonly url: string;
  readonly secret: string;
  readonly runbookBase: string | null;
}

/** `wrong` names the variable. An object with a mistaken webhook still has a region to watch. */
export type AlertConfig =
  | { readonly at: "on"; readonly webhook: WebhookConfig }
  | { readonly at: "off" }
  | { readonly at: "misconfigured"; readonly why: string };

const LOCAL = ["127.0.0.1", "localhost"];

/** What is posted may only be read by whom it is for: https, and http for a developer's own machine alone. */
const isSafe = (text: string, environment: string | undefined): boolean => {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return false;
  const isLocal = url.protocol === "http:" && LOCAL.includes(url.hostname);
  return url.protocol === "https:" || (isLocal && environment === "development");
};

const varsSchema = z
  .object({
    ENVIRONMENT: z.string().optional(),
    ALERT_WEBHOOK_URL: z.string().max(2_000),
    ALERT_WEBHOOK_SECRET: z
      .string({ error: "set it with the URL" })
      .min(32, "at least 32 characters"),
    ALERT_RUNBOOK_BASE: z
      .url({ protocol: /^https$/, error: "must be an https address" })
      .optional(),
  })
  .refine(({ ALERT_WEBHOOK_URL, ENVIRONMENT }) => isSafe(ALERT_WEBHOOK_URL, ENVIRONMENT), {
    path: ["ALERT_WEBHOOK_URL"],
    error: "must be https, without a user; http only to this machine, and only in development",
  });

/** Never throws, and never says what a secret holds. Empty variables count as missing. */
export function alertConfigFrom(vars: AlertVars): AlertConfig {
  const given = (text: string | undefined) => (text === "" ? undefined : text);
  const url = given(vars.ALERT_WEBHOOK_URL);
  if (url === undefined) return { at: "off" };
  const parsed = varsSchema.safeParse({
    ENVIRONMENT: vars.ENVIRONMENT,
    ALERT_WEBHOOK_URL: url,
    ALERT_WEBHOOK_SECRET: given(vars.ALERT_WEBHOOK_SECRET),
    ALERT_RUNBOOK_BASE: given(vars.ALERT_RUNBOOK_BASE),
  });
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    return { at: "misconfigured", why: issues.join("; ") };
  }
  const { ALERT_WEBHOOK_SECRET: secret, ALERT_RUNBOOK_BASE: base } = parsed.data;
  const runbookBase = base === undefined ? null : base.replace(/\/+$/, "");
  return { at: "on", webhook: { url, secret, runbookBase } };
}

/** `t` is Unix seconds; `v1` is what HMAC-SHA256 makes of `signedText`, in hex. */
export const SIGNATURE_HEADER = "edgewise-signature";
/** The same over all tries of a message: whoever has seen it need not do anything again. */
export const DELIVERY_HEADER = "edgewise-delivery";

export function signatureOf(secret: string, sentSeconds: number, body: string): string {
  const mac = createHmac("sha256", secret).update(signedText(sentSeconds, body)).digest("hex");
  return `t=${sentSeconds},v1=${mac}`;
}

export interface WebhookPorts {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly nowMs: () => number;
  /** A receiver that takes longer gets the message again. */
  readonly timeoutMs: number;
}

/** Posts one message. @returns null when it was taken (2xx), or why not; never rejects. */
export const postMessage =
  ({ url, secret }: WebhookConfig, { fetch, nowMs, timeoutMs }: WebhookPorts) =>
  async ({ id, body }: Message): Promise<string | null> => {
    try {
      const answer = await fetch(url, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          [DELIVERY_HEADER]: id,
          [SIGNATURE_HEADER]: signatureOf(secret, Math.floor(nowMs() / 1_000), body),
        },
        // A receiver must not be able to send what we sign somewhere else.
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      // A body that nobody reads keeps a connection.
      await answer.body?.cancel();
      return answer.ok ? null : `status ${answer.status}`;
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  };
