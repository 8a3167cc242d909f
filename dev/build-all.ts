import { BuildError, buildWeb, WEB_DIST } from "../deploy/build-web.ts";
import { build } from "./build.ts";
import { readSwitches } from "./switches.ts";

/** `npm run build`: the Workers' bundles, and the web app where a deployment expects it. */
readSwitches("Builds the web app and every Worker.\n\n  npm run build", []);
try {
  await buildWeb(WEB_DIST);
  const built = await build((text) => console.log(text));
  console.log(`web  ${WEB_DIST}`);
  for (const [name, folder] of built.workers) console.log(`${name}  ${folder}`);
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exitCode = 1;
}
