import type { GraphBindings } from "../platform/object-stubs.ts";
import type { TopologyVars } from "../platform/topology.ts";

/** What the runtime gives the objects: each other, and the shape of the world. */
export interface ObjectsEnv extends GraphBindings, TopologyVars {}
