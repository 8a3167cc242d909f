/** Runs in the page: everything in its databases, and pictures in its caches. */
export const LEFT_BEHIND = `(async () => {
  const left = [];
  for (const { name } of await indexedDB.databases()) {
    if (name.startsWith("workbox")) continue;
    const db = await new Promise((done) => {
      const open = indexedDB.open(name);
      open.onsuccess = () => done(open.result);
    });
    for (const store of db.objectStoreNames) {
      const keys = await new Promise((done) => {
        const all = db.transaction(store).objectStore(store).getAllKeys();
        all.onsuccess = () => done(all.result);
      });
      left.push(...keys.map((key) => name + ": " + key));
    }
    db.close();
  }
  if (await caches.has("edgewise-media")) left.push("media");
  return left;
})()`;
