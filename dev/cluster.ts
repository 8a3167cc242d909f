import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";

import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type V4WorkerOptions,
  type V4WorkerOptionsShape,
} from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";

import { ROOT, WORKERS, type WorkerPlan } from "../deploy/workers.ts";
import { build, type Build } from "./build.ts";
import { cronWorker, fireCron } from "./cron.ts";
import { freshSecrets, readLocalSecrets, SECRET_OF, type LocalSecrets } from "./secrets.ts";

type Vars = Readonly<Record<string, string>>;
type WorkerId = WorkerPlan["id"];

export interface ClusterOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host?: string;
  /** Folder that keeps objects and media between starts; null keeps them until `stop`. */
  readonly dataFolder: string | null;
  /** Variables beside, or instead of, those in the wrangler.toml of a Worker. */
  readonly vars?: Partial<Record<WorkerId, Vars>>;
  /**
   * Also opens a socket straight into each Worker named here, on a port that the system
   * chooses. `request.cf` and the client's address are missing there: for benches only.
   */
  readonly directSockets?: readonly WorkerId[];
  /** Code to run in place of what was built, such as one with a known mistake. */
  readonly scripts?: Partial<Record<WorkerId, string>>;
  /** Code that runs after what was built, in the same module, such as a fault. */
  readonly appended?: Partial<Record<WorkerId, string>>;
  /**
   * Names of gateways beside the first, as if in data centres of their own: each an isolate with a
   * socket (`directUrl`), whose edge cache nothing but its pages' age empties.
   */
  readonly moreGateways?: readonly string[];
  /** Whether each of these has a feed Worker of its own, named after it, instead of sharing the first one's. */
  readonly moreFeeds?: boolean;
  /** More Workers in the same runtime, such as a bench's bare Worker to compare with. */
  readonly moreWorkers?: readonly V4WorkerOptions[];
  /**
   * Whether the web app is served, default true. Without it no assets layer stands before
   * the gateway: two more Workers locally, which a deployment does not pay for.
   */
  readonly withAssets?: boolean;
  /** Where a request seems to come from when it does not say (`MF-CF-Blob`). */
  readonly cf?: Readonly<Record<string, unknown>>;
  readonly onStep?: (text: string) => void;
  /** Lines that Workers print with `console`, by level. */
  readonly onLog?: (level: string, message: string) => void;
}

export interface Cluster {
  /** The front door, without a trailing slash. */
  readonly url: string;
  readonly secrets: LocalSecrets;
  /** Socket straight into a Worker. @throws Error when it was not asked for in the options. */
  directUrl(workerName: string): Promise<string>;
  /**
   * Fires the gateway's cron, which does not fire by itself locally.
   * @throws Error when it fails or does not end in `waitMs`, default 30 s.
   */
  sweep(waitMs?: number): Promise<void>;
  /** Drops one object's memory, as the platform does now and then; its storage stays. One that sleeps has none. */
  evict(object: EvictableObject, name: string): Promise<void>;
  /** Everything acknowledged is on disk before it resolves. */
  stop(): Promise<void>;
}

const OBJECTS = "edgewise-objects";
const CLASS_OF = {
  leader: "ShardLeader",
  follower: "ShardFollower",
  sockets: "SocketBucket",
  feedBucket: "FeedBucket",
  fanout: "FanoutShard",
} as const;
export type EvictableObject = keyof typeof CLASS_OF;

const withSocket = { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] };

/** Fixed, since nobody tells a local request where it comes from. */
const LOCAL_CF = {
  colo: "DFW",
  country: "US",
  continent: "NA",
  latitude: "30.27130",
  longitude: "-97.74260",
};

/** Builds what has changed and runs the whole product in one process of the real runtime. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const built = await build(options.onStep ?? (() => {}));
  const secrets =
    options.dataFolder === null ? freshSecrets() : readLocalSecrets(options.dataFolder);
  const workers = await Promise.all(
    // The first Worker, the gateway, answers the front door.
    WORKERS.toReversed().map((worker) => workerOptions(worker, built, secrets, options)),
  );
  const others = furtherWorkers(workers, options);

  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      host: options.host ?? "127.0.0.1",
      port: options.port,
      cf: { ...LOCAL_CF, ...options.cf },
      log: new Log(LogLevel.WARN),
      telemetry: { enabled: false },
      ...(options.onLog && { handleStructuredLogs: logTo(options.onLog) }),
      ...(options.dataFolder !== null && {
        resourcePersistencePath: await storageIn(options.dataFolder),
      }),
      workers: [
        ...workers,
        ...others,
        cronWorker("edgewise-gateway"),
        ...(options.moreWorkers ?? []),
      ],
    }),
  );
  const url = (await runtime.ready).origin;
  const directUrl = async (workerName: string) =>
    (await runtime.unsafeGetDirectURL(workerName)).origin;

  return {
    url,
    secrets,
    directUrl,
    sweep: (waitMs) => fireCron(directUrl, waitMs),
    evict: (object, name) =>
      runtime
        .unsafeEvictDurableObject(OBJECTS, CLASS_OF[object], { name })
        .catch((error: unknown) => {
          if (!String(error).includes("not currently running")) throw error;
        }),
    stop: () => runtime.dispose(),
  };
}

/** Copies of the gateway, and of the feed Worker where they are asked for: each one an isolate. */
function furtherWorkers(
  [gateway, feed]: readonly V4WorkerOptions[],
  { moreGateways = [], moreFeeds = false }: ClusterOptions,
): V4WorkerOptions[] {
  if (gateway === undefined || feed === undefined) return [];
  return moreGateways.flatMap((name): V4WorkerOptions[] => {
    if (!moreFeeds) return [{ ...gateway, ...withSocket, name }];
    const ownFeed = `${name}-feed`;
    const serviceBindings = { ...gateway.serviceBindings, FEED: ownFeed };
    return [
      { ...gateway, ...withSocket, name, serviceBindings },
      // A queue has one consumer.
      { ...feed, name: ownFeed, queueConsumers: {} },
    ];
  });
}

const logTo =
  (onLog: (level: string, message: string) => void) => (log: { level: string; message: string }) =>
    onLog(log.level, log.message);

async function storageIn(dataFolder: string): Promise<string> {
  const folder = path.join(dataFolder, "storage");
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Bindings as the Worker's wrangler.toml has them, with the built code in place of the source. */
async function workerOptions(
  worker: WorkerPlan,
  built: Build,
  secrets: LocalSecrets,
  options: ClusterOptions,
): Promise<V4WorkerOptions> {
  const configured = unstable_getMiniflareWorkerOptions(path.join(ROOT, worker.config), "");
  const { assets, bindings, ...rest }: V4WorkerOptionsShape = configured.workerOptions;
  const withAssets = assets !== undefined && options.withAssets !== false;
  const script = options.scripts?.[worker.id];
  const secretVars = worker.secrets.map((name) => [name, secrets[SECRET_OF[name]]]);
  return {
    ...rest,
    modulesRules: undefined, // Rules are for the bundler, and the modules are bundled.
    name: worker.name,
    modules:
      script === undefined
        ? await modulesIn(built.workers.get(worker.name) ?? "", options.appended?.[worker.id])
        : [{ type: "ESModule", path: "index.js", contents: script }],
    bindings: {
      ...bindings,
      // What `npm run dev` wrote down for its own ranker would be read here, too.
      ...(worker.id === "ranking-proxy" && { RANKER_URLS: "[]" }),
      ...Object.fromEntries(secretVars),
      ...options.vars?.[worker.id],
    },
    ...(withAssets && { assets: { ...assets, directory: built.web } }),
    ...(options.directSockets?.includes(worker.id) && withSocket),
  };
}

/** A bundle is one script and the texts (SQL of migrations) that it imports by name. */
async function modulesIn(
  folder: string,
  appended = "",
): Promise<{ type: "ESModule" | "Text"; path: string; contents: string }[]> {
  const names = (await readdir(folder)).filter((name) => /\.(?:js|sql|txt|html)$/.test(name));
  const entryFirst = names.toSorted((a, b) => Number(b === "index.js") - Number(a === "index.js"));
  return Promise.all(
    entryFirst.map(async (name) => ({
      type: name.endsWith(".js") ? "ESModule" : "Text",
      path: name,
      contents:
        (await readFile(path.join(folder, name), "utf8")) +
        (name === "index.js" ? `\n${appended}` : ""),
    })),
  );
}
