import { followerName } from "../../core/tao/names.ts";
import { type ClusterOptions, startCluster } from "../cluster.ts";
import { startOnServices } from "../hosted.ts";
import { COURIER, courierWorker } from "./courier-worker.ts";
import { mutantScripts } from "./mutants.ts";
import type { FromProduct, ProductSettings, ToProduct } from "./product.ts";

const ELSEWHERE = "edgewise-gateway-elsewhere";

/** The process that is killed: the product, and beside it the worker that flushes its feed caches. */
async function main(): Promise<void> {
  const settings = JSON.parse(process.argv[2] ?? "{}") as ProductSettings;
  const vars = { SHARDS: String(settings.shards), REPLICAS: String(settings.replicas) };
  const options: ClusterOptions = {
    port: settings.port,
    dataFolder: settings.dataFolder,
    withAssets: false,
    vars: { feed: { ...vars, FEED_CACHE: "embedded" }, objects: vars },
    moreGateways: [ELSEWHERE],
    moreWorkers: [await courierWorker()],
    ...(settings.mutant !== null && { scripts: await mutantScripts(settings.mutant) }),
    onLog: (level, message) => (level === "error" || level === "warn") && console.error(message),
  };
  const cluster =
    settings.services === null
      ? await startCluster(options)
      : await startOnServices(settings.services, options);
  // The first call of the runtime's handle blocks this process, which reads the runtime's log:
  // were the log full then, both would wait for ever. Later calls do not block.
  await cluster.evict("follower", followerName(0, "nowhere", 0)).catch(() => undefined);
  process.on("message", (message: ToProduct) => {
    const done =
      message.kind === "evict"
        ? cluster.evict(message.of, message.name)
        : cluster.stop().then(() => process.disconnect());
    done.catch((error: unknown) => console.error(message, error));
  });
  // An orphan would keep the data folder open.
  process.once("disconnect", () => process.exit(1));
  const ready: FromProduct = {
    url: cluster.url,
    courierUrl: await cluster.directUrl(COURIER),
    elsewhereUrl: await cluster.directUrl(ELSEWHERE),
    authSecret: cluster.secrets.authSecret,
  };
  process.send?.(ready);
}

await main();
