import type { Browser } from "playwright-core";

/** One opening of the overview, ms since the navigation, or since the click. */
export interface OpsVisit {
  readonly regionsMs: number;
  readonly plotsMs: number;
  readonly dayMs: number;
}

const WIDE = { width: 1280, height: 860 };

/** Of a browser that has been there before: its files are kept, its data is not. */
export async function openOverview(
  browser: Browser,
  url: string,
  token: string,
): Promise<OpsVisit> {
  const context = await browser.newContext({ viewport: WIDE });
  try {
    const operator = { token, who: "bench", roles: ["operator"], expiresAtMs: Date.now() + 1e6 };
    await context.addInitScript(
      `sessionStorage.setItem("edgewise.operator", ${JSON.stringify(JSON.stringify(operator))})`,
    );
    const page = await context.newPage();
    await page.goto(`${url}/ops/nowhere`);
    const beganMs = performance.now();
    await page.goto(`${url}/ops`);
    await page.locator(".region-card").first().waitFor();
    const regionsMs = performance.now() - beganMs;
    await page.locator(".plot canvas").nth(3).waitFor();
    const plotsMs = performance.now() - beganMs;
    const clickedMs = performance.now();
    await page.getByRole("button", { name: "24 h" }).click();
    await page.getByRole("heading", { name: /^Last 24 h/ }).waitFor();
    await page.locator(".plot canvas").nth(3).waitFor();
    return { regionsMs, plotsMs, dayMs: performance.now() - clickedMs };
  } finally {
    await context.close();
  }
}
