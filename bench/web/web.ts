import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { startCluster } from "../../dev/cluster.ts";
import { loadDemoWorld } from "../../dev/demo-world.ts";
import { median } from "../measure/statistics.ts";
import { digits, table } from "../report/table.ts";
import { startFront } from "./front.ts";
import { type WebOptions, webOptions } from "./options.ts";
import { type Size, sizesOfApp } from "./sizes.ts";
import { type Visit, openChromium, phone, signIn, visit } from "./visits.ts";

/** Kinds of opening, in the order of the table. */
const KINDS = [
  "the way in, first time",
  "feed, empty cache",
  "feed, again",
  "feed, again, offline",
] as const;
type Kind = (typeof KINDS)[number];

/** @returns the exit code. */
export async function web(args: readonly string[]): Promise<number> {
  const options = webOptions(args);
  const sizes = await sizesOfApp();
  console.log(sizeTable(sizes));
  const data = await mkdtemp(path.join(tmpdir(), "edgewise-web-bench-"));
  const cluster = await startCluster({ port: 0, dataFolder: data });
  try {
    const stop = new AbortController().signal;
    await loadDemoWorld({ url: cluster.url, dataFolder: data, users: options.users, stop });
    const visits = await allVisits(cluster.url, options);
    console.log(`\n${visitTable(visits)}\n\n${conditions(options)}`);
    if (options.json !== null)
      await writeFile(options.json, JSON.stringify({ options, sizes, visits }, null, 2));
    return 0;
  } finally {
    await cluster.stop();
    await rm(data, { recursive: true });
  }
}

async function allVisits(url: string, options: WebOptions): Promise<Record<Kind, Visit[]>> {
  const front = await startFront(new URL(url));
  const browser = await openChromium();
  const visits: Record<Kind, Visit[]> = {
    "the way in, first time": [],
    "feed, empty cache": [],
    "feed, again": [],
    "feed, again, offline": [],
  };
  try {
    for (let run = 0; run < options.runs; run++) {
      const fresh = await phone(browser);
      visits["the way in, first time"].push(await visit(fresh, front.url, options));
      await fresh.close();

      const known = await phone(browser);
      await signIn(known, front.url);
      const session = await known.storageState();
      visits["feed, again"].push(await visit(known, front.url, options));
      visits["feed, again, offline"].push(await visit(known, front.url, options, true));
      await known.close();

      // Signed in, and nothing else: neither worker nor pages on the device.
      const empty = await browser.newContext({
        storageState: { ...session, cookies: [] },
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        isMobile: true,
        hasTouch: true,
      });
      visits["feed, empty cache"].push(await visit(empty, front.url, options));
      await empty.close();
    }
  } finally {
    await browser.close();
    await front.stop();
  }
  return visits;
}

const kilobytes = (bytes: number): string => digits(bytes / 1_000, 1);

function sizeTable(sizes: readonly Size[]): string {
  const rows = sizes.map((size) => [
    size.file.replace(/-[\w-]{8}\./, "-*."),
    kilobytes(size.bytes),
    kilobytes(size.gzip),
    kilobytes(size.brotli),
  ]);
  return table(["file, kB", "raw", "gzip", "brotli"], rows);
}

function visitTable(visits: Record<Kind, Visit[]>): string {
  const rows = KINDS.map((kind) => {
    const of = (pick: (one: Visit) => number): number => median(visits[kind].map(pick));
    return [
      kind,
      digits(
        of((one) => one.firstPaint),
        0,
      ),
      digits(
        of((one) => one.content),
        0,
      ),
      digits(
        of((one) => one.largestPaint),
        0,
      ),
      digits(
        of((one) => one.blocking),
        0,
      ),
      digits(
        of((one) => one.shift),
        3,
      ),
      kilobytes(of((one) => one.bytes)),
    ];
  });
  return table(
    ["opening", "FCP ms", "content ms", "LCP ms", "TBT ms", "CLS", "kB over the line"],
    rows,
  );
}

const conditions = ({ runs, cpu, kbps, rttMs }: WebOptions): string =>
  `Medians of ${runs}. Phone of 390 x 844, processor ${cpu} times slower, ${kbps} kbit/s down, ` +
  `${rttMs} ms round trip. The local product behind a front that compresses as an edge does.`;
