import type { Client } from "../../client/client.ts";

/** Reads every segment, in the order of their keys. */
export async function download(
  client: Pick<Client, "rankLog" | "rankLogSegment">,
  write: (text: string) => void,
): Promise<{ readonly segments: number; readonly records: number }> {
  let segments = 0;
  let records = 0;
  let after: string | undefined;
  for (;;) {
    const { items, more } = await client.rankLog(after);
    for (const { key } of items) {
      const { text } = await client.rankLogSegment(key);
      write(text);
      segments++;
      records += text.split("\n").length - 1;
      after = key;
    }
    if (!more || items.length === 0) return { segments, records };
  }
}
