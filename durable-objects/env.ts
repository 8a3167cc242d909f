import type { GraphBindings } from "../platform/object-stubs.ts";
import type { TopologyVars } from "../platform/topology.ts";
import type { TuningVars } from "./tuning.ts";
import type { StoreVars } from "./store-config.ts";

/** What the runtime gives the objects: each other, the shape of the world, and where the truth is. */
export interface ObjectsEnv extends GraphBindings, TopologyVars, StoreVars, TuningVars {}
