import { startAlertReceiver } from "../../dev/alert-receiver.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where tests inside the runtime reach a receiver of alerts outside of it. */
    alertReceiver: string;
  }
}

/** As much of a project as is used: the types of all of it bring a browser's with them. */
interface Provider {
  provide(name: "alertReceiver", url: string): void;
}

/** A real HTTP server beside the runtime: nothing inside it could be one. */
export default async function setup(project: Provider): Promise<() => Promise<void>> {
  const receiver = await startAlertReceiver();
  project.provide("alertReceiver", receiver.url);
  return () => receiver.stop();
}
