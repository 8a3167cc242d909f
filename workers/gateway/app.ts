import { Hono } from "hono";

import type { GatewayApp, GatewayDeps, GatewayTypes } from "./context.ts";
import { Gate } from "./middleware/admission.ts";
import { Authenticator } from "./middleware/auth.ts";
import { cacheCounts } from "./middleware/cache-counts.ts";
import { regionLevels } from "./middleware/levels.ts";
import { corsPolicy } from "./middleware/cors.ts";
import { onError } from "./middleware/errors.ts";
import { RateLimits } from "./middleware/rate-limit.ts";
import { requestContext } from "./middleware/request-context.ts";
import { OPERATIONS } from "./operations.ts";
import { register } from "./register.ts";
import { assetsRoute } from "./routes/assets.ts";
import { docsRoutes } from "./routes/docs.ts";
import { healthRoute } from "./routes/health.ts";
import { mediaRoute } from "./routes/media.ts";
import { metricsRoute } from "./routes/metrics.ts";
import { notFound, onlyReads } from "./routes/not-found.ts";

/** The gateway as a function of what it needs from outside: the same in production and in tests. */
export function createApp(deps: GatewayDeps): GatewayApp {
  const app: GatewayApp = new Hono<GatewayTypes>();
  const limits = new RateLimits(deps.config);
  const gate = new Gate(deps);
  const authenticator = new Authenticator(deps.tokens, limits);

  app.onError(onError);
  app.use(requestContext(deps));
  app.use(regionLevels(deps));
  app.use(cacheCounts(deps));
  app.use("/v1/*", corsPolicy(deps.config));
  for (const op of OPERATIONS) register(app, op, deps, { authenticator, limits, gate });
  mediaRoute(app, deps, limits);
  healthRoute(app, deps, limits);
  metricsRoute(app, deps, { authenticator, limits });
  docsRoutes(app, OPERATIONS);
  app.all("/v1/*", notFound(OPERATIONS));
  assetsRoute(app, deps);
  app.all("*", onlyReads);
  return app;
}
