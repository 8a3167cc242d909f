import type { TestProject } from "vitest/node";

import { startAlertReceiver } from "../../dev/alert-receiver.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where tests inside the runtime reach a receiver of alerts outside of it. */
    alertReceiver: string;
  }
}

/** A real HTTP server beside the runtime: nothing inside it could be one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const receiver = await startAlertReceiver();
  project.provide("alertReceiver", receiver.url);
  return () => receiver.stop();
}
