import type { Operation } from "./operation.ts";
import { adminOperations } from "./routes/admin.ts";
import { commentOperations } from "./routes/comments.ts";
import { demoOperations } from "./routes/demo.ts";
import { feedOperations } from "./routes/feed.ts";
import { mediaOperations } from "./routes/media.ts";
import { postOperations } from "./routes/posts.ts";
import { reactionOperations } from "./routes/reactions.ts";
import { realtimeOperations } from "./routes/realtime.ts";
import { relationOperations } from "./routes/relations.ts";
import { sessionOperations } from "./routes/session.ts";
import { settingsOperations } from "./routes/settings.ts";
import { userOperations } from "./routes/users.ts";

/** The whole public API, in the order of the documentation. */
export const OPERATIONS: readonly Operation[] = [
  ...sessionOperations,
  ...demoOperations,
  ...feedOperations,
  ...postOperations,
  ...commentOperations,
  ...reactionOperations,
  ...userOperations,
  ...relationOperations,
  ...settingsOperations,
  ...mediaOperations,
  ...realtimeOperations,
  ...adminOperations,
];
