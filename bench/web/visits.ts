import { type Browser, type BrowserContext, type Page, chromium } from "playwright-core";

import type { WebOptions } from "./options.ts";

/** One opening of the app, ms since navigation; as Lighthouse defines them where it does. */
export interface Visit {
  readonly firstPaint: number;
  readonly largestPaint: number;
  /** First card of the feed in the page; of the way in: its first button. */
  readonly content: number;
  /** Parts of tasks beyond 50 ms, after the first paint. */
  readonly blocking: number;
  readonly shift: number;
  /** Bytes over the line. */
  readonly bytes: number;
}

/** Runs before the page: notes what the browser reports. */
const WATCH = `(() => {
  const seen = (window.seen = { paint: 0, largest: 0, shift: 0, tasks: [], content: 0 });
  const watch = (type, note) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  watch("paint", (entry) => {
    if (entry.name === "first-contentful-paint") seen.paint = entry.startTime;
  });
  watch("largest-contentful-paint", (entry) => (seen.largest = entry.startTime));
  watch("layout-shift", (entry) => {
    if (!entry.hadRecentInput) seen.shift += entry.value;
  });
  watch("longtask", (entry) => seen.tasks.push([entry.startTime, entry.duration]));
  const look = () => {
    if (seen.content === 0 && document.querySelector("[data-post], button.face-button"))
      seen.content = performance.now();
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})()`;

const QUIET_MS = 2_500;

export const openChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });

export const phone = (browser: Browser): Promise<BrowserContext> =>
  browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  });

/** Opens `url` in a new page under the options' line and processor. */
export async function visit(
  context: BrowserContext,
  url: string,
  options: WebOptions,
  offline = false,
): Promise<Visit> {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  let bytes = 0;
  await cdp.send("Network.enable");
  cdp.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  const perSecond = (kbps: number) => (kbps * 1_000) / 8;
  await cdp.send("Network.emulateNetworkConditions", {
    offline,
    latency: options.rttMs,
    downloadThroughput: perSecond(options.kbps),
    uploadThroughput: perSecond(750),
  });
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: options.cpu });
  await page.addInitScript(WATCH);
  await page.goto(url, { waitUntil: "commit" });
  await page.locator("[data-post], button.face-button").first().waitFor({ timeout: 60_000 });
  await page.waitForTimeout(QUIET_MS);
  const seen = await page.evaluate<{
    paint: number;
    largest: number;
    shift: number;
    content: number;
    tasks: [number, number][];
  }>("window.seen");
  await page.close();
  const blocking = seen.tasks
    .filter(([start]) => start >= seen.paint)
    .reduce((sum, [, duration]) => sum + Math.max(0, duration - 50), 0);
  return {
    firstPaint: seen.paint,
    largestPaint: seen.largest,
    content: seen.content,
    blocking,
    shift: seen.shift,
    bytes,
  };
}

/** Signs in as the first demo person, and waits until the app can do without a connection. */
export async function signIn(context: BrowserContext, url: string): Promise<void> {
  const page: Page = await context.newPage();
  await page.goto(url);
  await page.locator("button.face-button").first().click();
  await page.locator("[data-post]").first().waitFor();
  await page.evaluate("navigator.serviceWorker.ready");
  await page.waitForTimeout(1_000);
  await page.close();
}
