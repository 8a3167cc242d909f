import { App } from "/work/wt-ops/test/browser/browser.ts";
import { FakeOps, fakeToken } from "/work/wt-ops/test/browser/fake-ops.ts";
import { alertsOf, REGIONS } from "/work/wt-ops/test/browser/fake-ops-state.ts";
import { mkdirSync } from "node:fs";
const out = "/tmp/ops-pics";
mkdirSync(out, { recursive: true });
const only = process.argv[2];
const app = await App.start();
const scenes: [string, (o: FakeOps) => void][] = [
  ["healthy", () => {}],
  ["level1", (o) => o.setLevel("us-east", 1)],
  [
    "level3",
    (o) => {
      o.setLevel("us-east", 3);
      o.sections.set("alerts", alertsOf(REGIONS, "us-east"));
    },
  ],
  [
    "away",
    (o) => {
      for (const n of ["levels", "rollouts", "alerts"]) o.away.set(n, 190_000);
    },
  ],
];
for (const [scene, prep] of scenes)
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1280, 390]) {
      const name = `${scene}-${colorScheme}-${width}`;
      if (only && !name.match(only)) continue;
      const visit = await app.visit({
        colorScheme,
        viewport: { width, height: 844 },
        reducedMotion: "reduce",
      });
      const ops = new FakeOps();
      prep(ops);
      visit.api.operators = ops.answer;
      const { page, url } = visit;
      await page.goto(`${url}/ops`);
      await page.getByLabel("An operator's token").fill(fakeToken(["operator"]));
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      const paths =
        scene === "healthy"
          ? [
              "",
              "/levels",
              "/rollouts",
              "/rollouts/weights-7",
              "/rollouts/weights-6",
              "/rollouts/new",
              "/alerts",
              "/audit",
            ]
          : scene === "level3"
            ? ["", "/levels", "/alerts", "/audit"]
            : ["", "/levels"];
      for (const p of paths) {
        await page.goto(`${url}/ops${p}`);
        await page.getByRole("heading", { level: 2 }).first().waitFor();
        await page.waitForTimeout(500);
        await page.screenshot({
          path: `${out}/${name}${p.replaceAll("/", "-")}.png`,
          fullPage: true,
        });
      }
      if (visit.errors.length) console.log(name, visit.errors);
      await app.leave();
    }
await app.stop();
