import { it } from "vitest";

import { download } from "../../dev/rank-log/download.ts";
import { MemoryRankLog } from "../fakes/memory-rank-log.ts";

it("reads every segment once, page by page, in the order of their days", async ({ expect }) => {
  const log = new MemoryRankLog();
  log.segments.clear();
  const days = [5, 3, 1, 4, 2];
  for (const day of days)
    log.segments.set(`rank-log/2026-11-0${day}/b/s.jsonl`, `${day}\n${day}\n`);
  let text = "";
  const done = await download(
    {
      rankLog: log.list,
      rankLogSegment: async (key) => ({ key, text: (await log.read(key)) ?? "" }),
    },
    (more) => (text += more),
  );
  expect(done).toEqual({ segments: 5, records: 10 });
  expect(text).toBe("1\n1\n2\n2\n3\n3\n4\n4\n5\n5\n");
});
