import type { UserPage } from "../core/feed/schemas.ts";

/** How long a built product may take from listening to healthy; it takes well under a second. */
const HEALTHY_MS = 20_000;

/** @throws Error when the product at `url` is not healthy in time, with what it said last. */
export async function whenHealthy(url: string): Promise<void> {
  const giveUpAtMs = Date.now() + HEALTHY_MS;
  let last = "no answer";
  while (Date.now() < giveUpAtMs) {
    const answer = await fetch(`${url}/healthz`).catch((error: unknown) => String(error));
    if (typeof answer === "string") last = answer;
    else if (answer.ok) return;
    else last = `${answer.status} ${await answer.text()}`;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url}/healthz is not healthy: ${last}`);
}

/** Nobody is listed to sign in as; listing people is the last thing a loader does. */
export const isEmpty = async (url: string): Promise<boolean> =>
  (await firstHandles(url)).length === 0;

/** A few people to sign in as; none when the store is empty or demo sign-in is off. */
async function firstHandles(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/v1/demo/users`);
  if (!answer.ok) return [];
  const { items } = (await answer.json()) as UserPage;
  return items.slice(0, 3).map((user) => user.handle);
}

/** Where to look, once it runs. @param ranking who ranks feeds, in words. */
export async function welcome(url: string, dataFolder: string, ranking: string): Promise<string> {
  const handles = await firstHandles(url);
  return `
Edgewise is running.

  App        ${url}/
  Operations ${url}/ops
  API docs   ${url}/docs
  OpenAPI    ${url}/openapi.json
  Sign in as ${handles.length > 0 ? handles.map((handle) => `@${handle}`).join(", ") : "a new account: there is no demo world"}

  Ranking    ${ranking}
  Data       ${dataFolder} (delete the folder to start afresh)
  Stop       Ctrl-C
`;
}
