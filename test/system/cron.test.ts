import { type ClusterOptions, startCluster } from "../../dev/cluster.ts";
import { it } from "vitest";

/** More than any pipe holds, several times over. */
const LINES = 4_000;
const LINE = "x".repeat(1_000);

/** The cluster with a gateway that is `scheduled` and nothing else. */
async function withCron(scheduled: string, options: Partial<ClusterOptions> = {}) {
  const gateway = `export default {
    fetch: () => new Response("up"),
    async scheduled() { ${scheduled} },
  };`;
  return startCluster({
    port: 0,
    dataFolder: null,
    withAssets: false,
    scripts: { gateway },
    ...options,
  });
}

it("reads the runtime's log while the gateway's cron runs, however much that says", async ({
  expect,
}) => {
  let heard = 0;
  const cluster = await withCron(
    `for (let n = 0; n < ${LINES}; n++) console.warn(${JSON.stringify(LINE)});`,
    { onLog: (_level, message) => message.includes(LINE) && heard++ },
  );
  try {
    await cluster.sweep();
    await expect.poll(() => heard).toBe(LINES);
  } finally {
    await cluster.stop();
  }
});

it("gives up a cron that hangs, and says when one fails", async ({ expect }) => {
  const hangs = await withCron("await new Promise((resolve) => setTimeout(resolve, 600_000));");
  try {
    await expect(hangs.sweep(500)).rejects.toThrow("timeout");
    // The process and the product go on.
    expect(await (await fetch(hangs.url)).text()).toBe("up");
  } finally {
    await hangs.stop();
  }

  const fails = await withCron(`throw new Error("no");`);
  try {
    await expect(fails.sweep()).rejects.toThrow("exception");
  } finally {
    await fails.stop();
  }
});
