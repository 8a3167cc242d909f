import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import { build } from "vite";

import { FakeApi } from "./fake-api.ts";

const ARGS = [
  "--no-sandbox",
  "--headless",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const ROOT = path.join(import.meta.dirname, "../..");

/** The app as it ships, in a real browser, over an API in memory. */
export class App {
  readonly #browser: Browser;
  readonly #dist: string;
  #close: (() => Promise<void>)[] = [];

  private constructor(browser: Browser, dist: string) {
    this.#browser = browser;
    this.#dist = dist;
  }

  static async start(): Promise<App> {
    const dist = await mkdtemp(path.join(tmpdir(), "edgewise-web-"));
    const { NODE_ENV } = process.env;
    // The test runner's own value would make another app than the one that ships.
    process.env["NODE_ENV"] = "production";
    await build({
      configFile: path.join(ROOT, "web/vite.config.ts"),
      logLevel: "error",
      build: { outDir: dist },
    });
    process.env["NODE_ENV"] = NODE_ENV;
    const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
    return new App(await chromium.launch({ executablePath, args: ARGS }), dist);
  }

  /** A fresh visitor to a fresh world. Anything the page reports as an error fails the test. */
  async visit(options: BrowserContextOptions = {}): Promise<Visit> {
    const api = new FakeApi(this.#dist);
    this.#close.push(() => api.close());
    return { api, ...(await this.open(await api.listen(), options)) };
  }

  /** A fresh visitor to any address. */
  async open(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 860 },
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      // A refused call is logged by the browser itself; what the app makes of it is tested.
      const refused = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !refused) errors.push(message.text());
    });
    this.#close.unshift(() => context.close());
    return { page, url, errors };
  }

  /** After each test. */
  async leave(): Promise<void> {
    for (const close of this.#close) await close();
    this.#close = [];
  }

  async stop(): Promise<void> {
    await this.leave();
    await this.#browser.close();
    await rm(this.#dist, { recursive: true });
  }
}

export interface Opened {
  readonly page: Page;
  readonly url: string;
  /** Exceptions, console errors and policy violations so far. */
  readonly errors: string[];
}

export interface Visit extends Opened {
  readonly api: FakeApi;
}

export const POST = "[data-post]";

export async function signIn({ page, url }: Opened, handle = "ada"): Promise<void> {
  await page.goto(url);
  await page.locator("button.face-button", { hasText: `@${handle}` }).click();
  await page.locator(POST).first().waitFor();
}

/** Pixels the document has scrolled. */
export const scrollY = (page: Page): Promise<number> => page.evaluate<number>("window.scrollY");

export const documentWidth = (page: Page): Promise<number> =>
  page.evaluate<number>("document.documentElement.scrollWidth");

/** Two frames: what the last change caused has been drawn. */
export const drawn = (page: Page): Promise<void> =>
  page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");

/** Scrolls by wheel, as a reader does, until `there` says so. */
export async function wheelUntil(page: Page, there: () => Promise<boolean>): Promise<void> {
  await page.mouse.move(500, 500);
  for (let turns = 0; turns < 200; turns++) {
    if (await there()) return;
    await page.mouse.wheel(0, 700);
    await settled(page);
  }
  throw new Error("scrolled 200 turns without getting there");
}

/** The first card that begins below the heading, and where it stands. */
export const firstInSight = (page: Page): Promise<{ id: string; top: number }> =>
  page.evaluate<{ id: string; top: number }>(`(() => {
    const cards = [...document.querySelectorAll("[data-post]")];
    const card = cards.find((item) => item.getBoundingClientRect().top > 60);
    return { id: card.dataset.post, top: Math.round(card.getBoundingClientRect().top) };
  })()`);

/** The wheel's own smooth scrolling has ended. */
export async function settled(page: Page): Promise<void> {
  for (let last = -1; last !== (await scrollY(page));) {
    last = await scrollY(page);
    await drawn(page);
    await drawn(page);
  }
}

/** Asks the page until it says yes. The page's own policy forbids the driver's way of waiting. */
export async function until(page: Page, expression: string): Promise<void> {
  for (let turns = 0; turns < 200; turns++) {
    if (await page.evaluate<boolean>(`Boolean(${expression})`).catch(() => false)) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`never true: ${expression}`);
}

/** Where pictures to look at go, where somebody asks for them: `PICTURES=folder`. */
const PICTURES = process.env["PICTURES"];

export async function picture({ page }: Visit, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`), fullPage: true });
}
