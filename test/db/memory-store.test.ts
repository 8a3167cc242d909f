import { MemoryStore } from "../fakes/memory-store.ts";
import { graphStoreContract } from "./graph-store-contract.ts";

graphStoreContract({
  name: "MemoryStore",
  runs: 20,
  async run(body) {
    const store = new MemoryStore();
    await body({ store, reopen: (epoch = 1) => store.open(epoch) });
  },
});
