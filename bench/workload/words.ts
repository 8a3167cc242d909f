/** What posts are made of. */
export const WORDS: readonly string[] = (
  "morning rain bread window letter train harbour lamp bicycle garden tomato stone river bridge " +
  "paper kitchen winter music photo market quiet corner question answer story walk coffee night " +
  "early slow green bright old small new first last again almost never always maybe together " +
  "today tomorrow plan idea page list draft number map light shade field hill coast cloud"
).split(" ");
