/**
 * Tables of a `FanoutShard`. Ids are 16 hexadecimal digits, as in the leader's SQLite. `head` has one row. A chunk's row goes
 * when its work is done; `posts` outlives it.
 */
export const FANOUT_SCHEMA = [
  `CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY, epoch INTEGER, seq INTEGER,
    active_share REAL NOT NULL, entries REAL NOT NULL, resent INTEGER NOT NULL,
    counts_ms INTEGER NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL, from_ms INTEGER NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS beside (number INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL, from_ms INTEGER NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS counts (post TEXT NOT NULL, of TEXT NOT NULL, count INTEGER NOT NULL,
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, from_ms INTEGER NOT NULL,
    PRIMARY KEY (post, of))`,
  `CREATE TABLE IF NOT EXISTS chunks (number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,
    post TEXT, work TEXT NOT NULL, from_ms INTEGER NOT NULL, place TEXT NOT NULL,
    due_ms INTEGER NOT NULL, tries INTEGER NOT NULL, last_error TEXT)`,
  // What is where and due when is in memory: an earlier version looked it up.
  "DROP INDEX IF EXISTS chunks_by_place",
  `CREATE TABLE IF NOT EXISTS posts (number INTEGER PRIMARY KEY AUTOINCREMENT,
    post TEXT NOT NULL UNIQUE, author TEXT NOT NULL, strategy TEXT NOT NULL, reason TEXT NOT NULL,
    followers INTEGER NOT NULL, cost_ms REAL NOT NULL, chunks INTEGER NOT NULL,
    chunks_done INTEGER NOT NULL, named INTEGER NOT NULL, active REAL NOT NULL,
    calls INTEGER NOT NULL, posted_ms INTEGER NOT NULL, planned_ms INTEGER NOT NULL,
    done_ms INTEGER)`,
] as const;
