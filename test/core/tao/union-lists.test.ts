import { it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { listKey } from "../../../core/tao/keys.ts";
import { UnionListsMemo } from "../../../core/tao/union-lists.ts";

const id = (n: number): Id => BigInt(n) as Id;

it("names each list once, with its key, again and again the same", ({ expect }) => {
  const memo = new UnionListsMemo();
  const lists = memo.of("7,8,7", 3);
  expect(lists).toEqual({ id1s: [id(7), id(8)], keys: [listKey(id(7), 3), listKey(id(8), 3)] });
  expect(memo.of("7,8,7", 3)).toBe(lists);
  expect(memo.of("", 3)).toEqual({ id1s: [], keys: [] });
});

it("tells lists of one type from those of another", ({ expect }) => {
  const memo = new UnionListsMemo();
  memo.of("7", 3);
  expect(memo.of("7", 4).keys).toEqual([listKey(id(7), 4)]);
  expect(memo.of("7", 3).keys).toEqual([listKey(id(7), 3)]);
});

it("keeps within its bytes, whoever asks", ({ expect }) => {
  const memo = new UnionListsMemo(2_000);
  for (let n = 0; n < 500; n++) {
    memo.of(`${n},${n + 1}`, 3);
    expect(memo.bytes).toBeLessThanOrEqual(2_000);
  }
  expect(memo.bytes).toBeGreaterThan(0);
});
