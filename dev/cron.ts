import type { V4WorkerOptions } from "miniflare";

const WORKER = "edgewise-local-cron";
/** Of the gateway's triggers. */
const CRON = "* * * * *";
/** The cron comes every minute: one that hangs is given up before the next. */
const WAIT_MS = 30_000;

/**
 * A Worker that fires another's cron when it is fetched, on a port of its own on this machine.
 * The runtime's own handle would stop this process until the cron ends; this process is also who
 * reads the runtime's log, so with a full pipe between them both would wait for ever.
 *
 * @param target name of the Worker whose cron it is.
 */
export const cronWorker = (target: string): V4WorkerOptions => ({
  name: WORKER,
  modules: [{ type: "ESModule", path: "index.js", contents: SCRIPT }],
  compatibilityDate: "2026-11-17",
  compatibilityFlags: ["service_binding_extra_handlers"],
  serviceBindings: { TARGET: target },
  unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
});

const SCRIPT = `export default {
  async fetch(_request, env) {
    const { outcome } = await env.TARGET.scheduled({ cron: ${JSON.stringify(CRON)} });
    return new Response(outcome);
  },
};`;

/**
 * @param directUrl finds the socket straight into a Worker.
 * @throws Error when the cron fails or does not end in time.
 */
export async function fireCron(
  directUrl: (workerName: string) => Promise<string>,
  waitMs: number = WAIT_MS,
): Promise<void> {
  const answer = await fetch(await directUrl(WORKER), { signal: AbortSignal.timeout(waitMs) });
  const outcome = await answer.text();
  if (outcome !== "ok") throw new Error(`it ended with "${outcome}"`);
}
