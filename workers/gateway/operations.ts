import type { Operation } from "./operation.ts";
import { adminOperations } from "./routes/admin.ts";
import { cacheOperations } from "./routes/caches.ts";
import { commentOperations } from "./routes/comments.ts";
import { demoOperations } from "./routes/demo.ts";
import { drillOperations } from "./routes/drills.ts";
import { explainOperations } from "./routes/explain.ts";
import { fanoutOperations } from "./routes/fanout.ts";
import { feedOperations } from "./routes/feed.ts";
import { levelOperations } from "./routes/levels.ts";
import { mediaOperations } from "./routes/media.ts";
import { notificationOperations } from "./routes/notifications.ts";
import { postOperations } from "./routes/posts.ts";
import { rankLogOperations } from "./routes/rank-log.ts";
import { reactionOperations } from "./routes/reactions.ts";
import { realtimeOperations } from "./routes/realtime.ts";
import { relationOperations } from "./routes/relations.ts";
import { rolloutOperations } from "./routes/rollouts.ts";
import { sessionOperations } from "./routes/session.ts";
import { settingsOperations } from "./routes/settings.ts";
import { userOperations } from "./routes/users.ts";

/** The whole public API, in the order of the documentation. */
export const OPERATIONS: readonly Operation[] = [
  ...sessionOperations,
  ...demoOperations,
  ...feedOperations,
  ...explainOperations,
  ...postOperations,
  ...commentOperations,
  ...reactionOperations,
  ...userOperations,
  ...relationOperations,
  ...notificationOperations,
  ...settingsOperations,
  ...mediaOperations,
  ...realtimeOperations,
  ...adminOperations,
  ...rolloutOperations,
  ...fanoutOperations,
  ...cacheOperations,
  ...levelOperations,
  ...drillOperations,
  ...rankLogOperations,
];
