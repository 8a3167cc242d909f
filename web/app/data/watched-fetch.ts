import { fetchWithProgress, progressOf } from "../composer/upload-fetch.ts";
import { noteLevel } from "../state/level.ts";
import { noteAnswer } from "../state/online.ts";

/** As `fetch`; tells uploads how far they are, and the app whether answers come. */
export async function fetchAndWatch(url: string, init: RequestInit): Promise<Response> {
  const progress = progressOf(init.body);
  const sent = progress === undefined ? fetch(url, init) : fetchWithProgress(url, init, progress);
  const response = await sent.catch((error: unknown) => {
    // A call that its own page gave up says nothing about the connection.
    if (init.signal?.aborted !== true) noteAnswer(false);
    throw error;
  });
  noteAnswer(true);
  noteLevel(response.headers.get("edgewise-level"));
  return response;
}
