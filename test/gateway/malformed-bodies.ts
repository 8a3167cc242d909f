import { LIMITS } from "../../core/limits.ts";
import { json } from "./harness.ts";
import { jsonHeaders, KEY, type Row } from "./malformed-row.ts";

const post = (name: string, path: string, body: BodyInit, status = 400, field?: string): Row => [
  name,
  {
    path,
    method: "POST",
    headers: jsonHeaders,
    body,
    status,
    ...(field !== undefined && { field }),
  },
];
const posts = (name: string, body: unknown, field?: string) =>
  post(`post: ${name}`, "/v1/posts", JSON.stringify(body), 400, field);
const image = { key: KEY, width: 1, height: 1 };

const shapes: Row[] = [
  posts("no fields", {}, "text"),
  posts("text is a number", { text: 5 }, "text"),
  posts("text is null", { text: null }, "text"),
  posts("text is a list", { text: ["a"] }, "text"),
  posts("text is an object", { text: { toString: "x" } }, "text"),
  posts("text too long", { text: "x".repeat(LIMITS.postCharsMax + 1) }, "text"),
  posts("only spaces", { text: "   \n" }, "text"),
  posts("unknown audience", { text: "x", audience: "everyone" }, "audience"),
  posts("audience is a list", { text: "x", audience: ["public"] }, "audience"),
  posts("unknown field", { text: "x", authorId: "1" }, "authorId"),
  posts(
    "constructor field",
    { text: "x", constructor: { prototype: { admin: true } } },
    "constructor",
  ),
  posts("too many images", { text: "x", media: Array.from({ length: 5 }, () => image) }, "media"),
  posts(
    "image key with a path",
    { text: "x", media: [{ ...image, key: "../../secret.png" }] },
    "media.0.key",
  ),
  posts(
    "image key of a script",
    { text: "x", media: [{ ...image, key: KEY.replace("png", "svg") }] },
    "media.0.key",
  ),
  posts("image of no width", { text: "x", media: [{ ...image, width: 0 }] }, "media.0.width"),
  posts(
    "image of half a pixel",
    { text: "x", media: [{ ...image, height: 0.5 }] },
    "media.0.height",
  ),
  posts("image too wide", { text: "x", media: [{ ...image, width: 1e9 }] }, "media.0.width"),
  posts(
    "alt too long",
    { text: "x", media: [{ ...image, alt: "x".repeat(1_001) }] },
    "media.0.alt",
  ),
  posts("media is an object", { text: "x", media: { 0: image } }, "media"),
  posts("repost and quote", { repostOf: "1", quoteOf: "2" }, "quoteOf"),
  posts("repost with text", { repostOf: "1", text: "mine" }, "text"),
  posts("repost of a number", { repostOf: 1 }, "repostOf"),
  posts("repost of a negative id", { repostOf: "-1" }, "repostOf"),
  posts("repost of a long id", { repostOf: "9".repeat(20) }, "repostOf"),
  posts("repost of a padded id", { repostOf: "007" }, "repostOf"),
  posts("a list", [{ text: "x" }]),
  posts("a text", "hello"),
  posts("a number", 7),
  posts("null", null),
  posts("true", true),
];

/** JSON of a post whose text is these bytes. */
const textOf = (bytes: readonly number[]): Uint8Array =>
  new Uint8Array([...Buffer.from('{"text":"'), ...bytes, ...Buffer.from('"}')]);

const rawBodies: Row[] = [
  post("empty body", "/v1/posts", ""),
  post("not JSON", "/v1/posts", "text=hello"),
  post("half a JSON", "/v1/posts", '{"text":"hel'),
  post("two JSONs", "/v1/posts", '{"text":"a"}{"text":"b"}'),
  post("single quotes", "/v1/posts", "{'text':'a'}"),
  post("trailing comma", "/v1/posts", '{"text":"a",}'),
  post("comment in JSON", "/v1/posts", '{"text":"a"/*b*/}'),
  post("NaN", "/v1/posts", '{"text":NaN}'),
  post("duplicate key", "/v1/posts", '{"text":"a","text":"b"}'),
  post("duplicate key, escaped", "/v1/posts", '{"text":"a","te\\u0078t":"b"}'),
  post("duplicate key, nested", "/v1/posts", '{"text":"a","media":[{"key":"a","key":"b"}]}'),
  post("__proto__", "/v1/posts", '{"text":"a","__proto__":{"viewer":"1"}}'),
  post("__proto__, escaped", "/v1/posts", '{"text":"a","\\u005f_proto__":{"viewer":"1"}}'),
  post("10,000 open lists", "/v1/posts", "[".repeat(10_000)),
  post("10,000 nested lists", "/v1/posts", "[".repeat(10_000) + "]".repeat(10_000)),
  post("10,000 nested objects", "/v1/posts", '{"a":'.repeat(10_000) + "1" + "}".repeat(10_000)),
  post("invalid UTF-8", "/v1/posts", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])),
  post("overlong UTF-8", "/v1/posts", new Uint8Array([0x22, 0xc0, 0xaf, 0x22])),
  post(
    "half a surrogate pair in UTF-8",
    "/v1/posts",
    new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]),
  ),
  post("UTF-16", "/v1/posts", new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0])),
  post("invalid UTF-8 inside of a text", "/v1/posts", textOf([0x61, 0xff])),
  post("half a character at the end of a text", "/v1/posts", textOf([0xe2, 0x82])),
  post("half a surrogate pair, escaped", "/v1/posts", '{"text":"a\\ud800b"}'),
  post("surrogates in the wrong order", "/v1/posts", '{"text":"\\udc00\\ud800"}'),
  post("zero bytes", "/v1/posts", new Uint8Array(64)),
  post(
    "huge body",
    "/v1/posts",
    JSON.stringify({ text: "x".repeat(LIMITS.bodyBytesMax) }),
    413,
    "body",
  ),
  post("huge body of spaces", "/v1/posts", " ".repeat(10 * LIMITS.bodyBytesMax), 413, "body"),
];

const contentTypes: Row[] = [
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "application/jsonp",
  "application/xml",
  "",
].map((type) => [
  `content type "${type}"`,
  {
    path: "/v1/posts",
    method: "POST",
    headers: { "content-type": type },
    body: '{"text":"a"}',
    status: 415,
  },
]);

const otherBodies: Row[] = [
  post("sign in with a number", "/v1/session", '{"handle":5}', 400, "handle"),
  post("sign in with capitals", "/v1/session", '{"handle":"ADA"}', 400, "handle"),
  post("sign in with SQL", "/v1/session", `{"handle":"a' OR '1'='1"}`, 400, "handle"),
  post("sign in with a path", "/v1/session", '{"handle":"../ada"}', 400, "handle"),
  post("sign in as nobody", "/v1/session", '{"handle":"nobody"}', 404),
  post("new user without a name", "/v1/users", '{"handle":"eve"}', 400, "name"),
  post("new user called like an id", "/v1/users", '{"handle":"42","name":"E"}', 400, "handle"),
  post("new user called me", "/v1/users", '{"handle":"me","name":"E"}', 400, "handle"),
  post(
    "new user with a long name",
    "/v1/users",
    JSON.stringify({ handle: "eve", name: "x".repeat(81) }),
    400,
    "name",
  ),
  post(
    "new user with a role",
    "/v1/users",
    '{"handle":"eve","name":"E","roles":["operator"]}',
    400,
    "roles",
  ),
  post(
    "new user with emoji handle",
    "/v1/users",
    '{"handle":"\u{1F600}\u{1F600}","name":"E"}',
    400,
    "handle",
  ),
  post("empty comment", "/v1/posts/1/comments", '{"text":""}', 400, "text"),
  post(
    "comment too long",
    "/v1/posts/1/comments",
    JSON.stringify({ text: "x".repeat(2_001) }),
    400,
    "text",
  ),
  post("reply to a name", "/v1/posts/1/comments", '{"text":"x","replyTo":"ada"}', 400, "replyTo"),
  post("image: text", "/v1/media", "not an image", 415),
  post("image: empty", "/v1/media", "", 415),
  post(
    "image: SVG",
    "/v1/media",
    "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    415,
  ),
  post("image: HTML", "/v1/media", "<!doctype html><script>1</script>", 415),
  post(
    "image: half a PNG header",
    "/v1/media",
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    415,
  ),
  post(
    "image: endless JPEG segments",
    "/v1/media",
    new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 0]),
    415,
  ),
  post("image: too large", "/v1/media", new Uint8Array(LIMITS.mediaBytesMax + 1), 413, "body"),
  [
    "unknown reaction",
    {
      path: "/v1/posts/1/reaction",
      method: "PUT",
      ...json({ kind: "hate" }),
      status: 400,
      field: "kind",
    },
  ],
  [
    "no reaction",
    { path: "/v1/posts/1/reaction", method: "PUT", ...json({}), status: 400, field: "kind" },
  ],
  [
    "half the settings",
    { path: "/v1/settings", method: "PUT", ...json({ theme: "dark" }), status: 400 },
  ],
  [
    "avatar elsewhere",
    {
      path: "/v1/users/me",
      method: "PATCH",
      ...json({ avatar: "https://evil.example/x.png" }),
      status: 400,
      field: "avatar",
    },
  ],
  [
    "bio too long",
    {
      path: "/v1/users/me",
      method: "PATCH",
      ...json({ bio: "x".repeat(501) }),
      status: 400,
      field: "bio",
    },
  ],
  [
    "handle cannot change",
    {
      path: "/v1/users/me",
      method: "PATCH",
      ...json({ handle: "eve" }),
      status: 400,
      field: "handle",
    },
  ],
];

export const MALFORMED_BODIES: readonly Row[] = [
  ...shapes,
  ...rawBodies,
  ...contentTypes,
  ...otherBodies,
];
