import { feedCacheContract } from "./contract.ts";
import { memoryCache } from "./drivers.ts";

feedCacheContract("in memory, as an object runs it", async () => memoryCache());
