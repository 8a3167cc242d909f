import { DurableObject } from "cloudflare:workers";

/** In the place of the board of drills where a build has none: a class that was deployed once must stay. */
export class NoBoard extends DurableObject {}
