import { RememberingStore } from "../../core/tao/leader-memory.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { MemoryStore } from "../fakes/memory-store.ts";
import { graphStoreContract } from "./graph-store-contract.ts";

/** The whole contract, once with room for everything and once with room for next to nothing. */
for (const bytesMax of [1_000_000, 2_000]) {
  graphStoreContract({
    name: `RememberingStore of ${bytesMax} bytes`,
    runs: 20,
    async run(body) {
      const store = new MemoryStore();
      const clock = new ManualClock();
      const open = async (epoch: number) => {
        await store.open(epoch);
        const memory = new RememberingStore(store, { clock, bytesMax });
        await memory.head();
        return memory;
      };
      await body({ store: await open(1), reopen: (epoch = 1) => open(epoch) });
    },
  });
}
