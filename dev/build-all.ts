import { BuildError, buildWeb, WEB_DIST } from "../deploy/build-web.ts";
import { build } from "./build.ts";

/** `npm run build`: the Workers' bundles, and the web app where a deployment expects it. */
try {
  await buildWeb(WEB_DIST);
  const built = await build((text) => console.log(text));
  console.log(`web  ${WEB_DIST}`);
  for (const [name, folder] of built.workers) console.log(`${name}  ${folder}`);
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exitCode = 1;
}
