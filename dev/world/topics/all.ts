import { KITCHEN } from "./kitchen.ts";
import { MAKING } from "./making.ts";
import { MINDS } from "./minds.ts";
import { OUTDOORS } from "./outdoors.ts";
import type { Topic } from "./topic.ts";
import { TOWN } from "./town.ts";

/** Every community, the order of which is part of what a seed means. */
export const TOPICS: readonly Topic[] = [...OUTDOORS, ...KITCHEN, ...MAKING, ...MINDS, ...TOWN];
