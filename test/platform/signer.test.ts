import { it } from "vitest";

import { hmacSigner, rememberingSigner } from "../../platform/signer.ts";

it("signs with HMAC-SHA-256, cut to 16 bytes, URL-safe", ({ expect }) => {
  // RFC 4231, test case 2: b'5bdcc146bf60754e6a042426089575c7...
  const signature = hmacSigner("Jefe").sign("what do ya want for nothing?");
  expect(Buffer.from(signature, "base64url").toString("hex")).toBe(
    "5bdcc146bf60754e6a042426089575c7",
  );
  expect(signature).toMatch(/^[A-Za-z0-9_-]{22}$/);
});

it("signs every secret and every text differently", ({ expect }) => {
  const texts = ["", "a", "b", "\u00e9", "e\u0301"];
  const all = ["one", "two"].flatMap((secret) =>
    texts.map((text) => hmacSigner(secret).sign(text)),
  );
  expect(new Set(all).size).toBe(all.length);
});

it("gives the signature that it remembers, and forgets what has no room", ({ expect }) => {
  let signed = 0;
  const counting = { sign: (text: string) => `${text}-${++signed}` };
  const signer = rememberingSigner(counting, 1_000);
  expect([signer.sign("a"), signer.sign("a"), signer.sign("b")]).toEqual(["a-1", "a-1", "b-2"]);
  for (let i = 0; i < 20; i++) signer.sign(`other ${i}`);
  expect(signer.sign("a")).not.toBe("a-1");
});
