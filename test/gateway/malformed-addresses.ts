import { jsonHeaders, KEY, type Row } from "./malformed-row.ts";

const get = (path: string, status = 400, field?: string): Row => [
  `GET ${path}`,
  { path, status, ...(field !== undefined && { field }) },
];

const queries: Row[] = [
  get("/v1/feed?limit=0", 400, "limit"),
  get("/v1/feed?limit=-1", 400, "limit"),
  get("/v1/feed?limit=51", 400, "limit"),
  get("/v1/feed?limit=1.5", 400, "limit"),
  get("/v1/feed?limit=abc", 400, "limit"),
  get("/v1/feed?limit=1e99", 400, "limit"),
  get("/v1/feed?limit=NaN", 400, "limit"),
  get("/v1/feed?limit=", 400, "limit"),
  get("/v1/feed?limit=1&limit=2", 400, "limit"),
  get("/v1/feed?limit[$gt]=1&mode[]=latest&mode=oldest", 400, "mode"),
  get("/v1/feed?mode=", 400, "mode"),
  get("/v1/feed?mode=latest&mode=ranked", 400, "mode"),
  get("/v1/feed?cursor="),
  get("/v1/feed?cursor=forged"),
  get("/v1/feed?cursor=issued-cursorX"),
  get(`/v1/feed?cursor=${"x".repeat(513)}`),
  get("/v1/feed?cursor=a&cursor=b"),
  get("/v1/feed?cursor=%00"),
  get("/v1/feed?cursor=%FF%FE"),
  get("/v1/users/ada/posts?cursor=forged"),
  get("/v1/users/ada/followers?limit=101", 400, "limit"),
  get("/v1/blocks?cursor=forged"),
  get("/v1/posts/1/reactions?cursor=forged"),
];

const paths: Row[] = [
  get("/v1", 404),
  get("/v1/", 404),
  get("/v1/nothing", 404),
  get("/v1/feed/extra", 404),
  get("/v1//feed", 404),
  get("/v1/posts/abc", 400, "id"),
  get("/v1/posts/-1", 400, "id"),
  get("/v1/posts/01", 400, "id"),
  get("/v1/posts/1.0", 400, "id"),
  get("/v1/posts/1e3", 400, "id"),
  get("/v1/posts/0x10", 400, "id"),
  get(`/v1/posts/${"9".repeat(20)}`, 400, "id"),
  get("/v1/posts/9999999999999999999", 400, "id"),
  get("/v1/posts/9223372036854775808", 400, "id"),
  get("/v1/posts/%31%00", 400, "id"),
  get("/v1/posts/1%2F..%2F2", 400, "id"),
  get("/v1/posts/%E0%A4%A", 400, "id"),
  get("/v1/posts/%25", 400, "id"),
  get("/v1/posts/١٢٣", 400, "id"),
  get("/v1/posts/404", 404),
  get("/v1/posts/1;drop", 400, "id"),
  get("/v1/users/Ada", 400, "user"),
  get("/v1/users/..%2f..%2fadmin", 400, "user"),
  get("/v1/users/__proto__%00", 400, "user"),
  get(`/v1/users/${"a".repeat(31)}`, 400, "user"),
  get("/v1/users/ada%20", 400, "user"),
  get("/v1/users/nobody", 404),
  get("/v1/users/ada/enemies", 404),
  get("/v1/posts/../admin/graph/read", 405),
  get("/media/..%2f..%2fetc%2fpasswd", 404),
  get("/media/../v1/nothing", 404),
  get("/media/short.png", 404),
  get(`/media/${KEY}`, 404),
  get(`/media/${KEY.replace("png", "exe")}`, 404),
  get(`/media/${KEY.toUpperCase()}`, 404),
  get("/assets/missing.js", 404),
  get("/.env", 404),
  get("/wrangler.toml", 404),
];

const method = (name: string, path: string, status = 405): Row => [
  `${name} ${path}`,
  { path, method: name, status },
];
const methods: Row[] = [
  method("POST", "/v1/feed"),
  method("DELETE", "/v1/feed"),
  method("PUT", "/v1/posts"),
  method("GET", "/v1/posts"),
  method("POST", "/v1/posts/1"),
  method("POST", "/v1/users/ada/follow"),
  method("PATCH", "/v1/users/ada"),
  method("DELETE", "/v1/users/me"),
  method("PROPFIND", "/v1/feed"),
  method("OPTIONS", "/v1/feed"),
  method("POST", "/"),
  method("DELETE", `/media/${KEY}`),
  method("POST", "/healthz"),
];

const header = (
  name: string,
  headers: Record<string, string>,
  status: number,
  field?: string,
): Row => [
  name,
  {
    path: "/v1/posts",
    method: "POST",
    body: '{"text":"a"}',
    headers: { ...jsonHeaders, ...headers },
    status,
    ...(field !== undefined && { field }),
  },
];
const key = (value: string) =>
  header(`key "${value.slice(0, 20)}"`, { "idempotency-key": value }, 400, "Idempotency-Key");
const headers: Row[] = [
  key(""),
  key("has space"),
  key("x".repeat(65)),
  key("tab\tinside"),
  key("caf\u00e9"),
  header("lying Content-Length", { "content-length": "999999999" }, 413, "body"),
  header("basic credentials", { authorization: "Basic YWRhOmFkYQ==" }, 401),
  header("no scheme", { authorization: "token" }, 401),
  header("empty bearer", { authorization: "Bearer " }, 401),
  header("two tokens", { authorization: "Bearer a.b.c, Bearer d.e.f" }, 401),
  header("a token of one part", { authorization: "Bearer abc" }, 401),
  header("a token of empty parts", { authorization: "Bearer .." }, 401),
  header("a huge token", { authorization: `Bearer ${"a".repeat(10_000)}` }, 401),
];

export const MALFORMED_ADDRESSES: readonly Row[] = [...queries, ...paths, ...methods, ...headers];
