import axe from "axe-core";
import type { Page } from "playwright-core";

const SERIOUS = ["serious", "critical"];

/** What axe finds in the page as it is, by rule, with the first places. */
export async function findings(page: Page): Promise<string[]> {
  // Half-faded things have colours of no meaning.
  await page.evaluate(
    "Promise.all(document.getAnimations().map((it) => it.finished.catch(() => 0)))",
  );
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  }>("axe.run(document, { resultTypes: ['violations'] })");
  return violations
    .filter(({ impact }) => SERIOUS.includes(impact))
    .map(({ id, nodes }) => {
      const places = nodes.slice(0, 2).map((node) => `${node.html}: ${node.failureSummary}`);
      return `${id} in ${nodes.length}: ${places.join(" | ")}`;
    });
}
