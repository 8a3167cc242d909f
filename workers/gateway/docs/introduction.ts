import { type Html, html } from "./html.ts";

const SIGN_IN = `EDGEWISE=http://127.0.0.1:8787
HANDLE=$(curl -s $EDGEWISE/v1/demo/users | sed 's/.*"handle":"\\([^"]*\\)".*/\\1/')
TOKEN=$(curl -s $EDGEWISE/v1/session -H 'Content-Type: application/json' \\
  -d '{"handle":"'$HANDLE'"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
curl -s $EDGEWISE/v1/feed -H "Authorization: Bearer $TOKEN"`;

/** What every request has in common: said once, before the operations. */
export const introduction = (): Html =>
  html`<section id="start">
    <h3>Start here</h3>
    <p>
      With demo sign-in on, any user's handle gives a token. Otherwise send one of your issuer's.
    </p>
    <pre><code>${SIGN_IN}</code></pre>
    <table>
      <tbody>
        <tr>
          <th scope="row"><code>Authorization</code></th>
          <td>request</td>
          <td>"Bearer" and the token.</td>
        </tr>
        <tr>
          <th scope="row"><code>Edgewise-Ticket</code></th>
          <td>both ways</td>
          <td>
            Send back the last one you got: your next read then includes your last write, in any
            region. Of requests under way together send back all they got, with commas between; each
            answer's ticket replaces those that its request carried.
          </td>
        </tr>
        <tr>
          <th scope="row"><code>Edgewise-Consistency</code></th>
          <td>request, reads</td>
          <td>
            "eventual": what the nearest copy has, at most a minute old. "ticket", the default: at
            least as new as your ticket. "leader": from the one place that orders writes.
          </td>
        </tr>
        <tr>
          <th scope="row"><code>Edgewise-Allow-Stale</code></th>
          <td>request, reads</td>
          <td>"1": rather an old answer, marked, than a 503 while a leader is away.</td>
        </tr>
        <tr>
          <th scope="row"><code>Edgewise-Stale-Ms</code></th>
          <td>answer</td>
          <td>
            Only when part of the answer may be older than promised: how long ago, in milliseconds,
            it was known to be true.
          </td>
        </tr>
        <tr>
          <th scope="row"><code>Edgewise-Level</code></th>
          <td>answer</td>
          <td>
            How far the service has stepped back where you are: 0 is normal, 3 takes no writes. "GET
            /v1/status" says it in words.
          </td>
        </tr>
        <tr>
          <th scope="row"><code>Edgewise-Trace</code></th>
          <td>answer</td>
          <td>
            The id under which our logs have the request; name it when you report something. It is
            that of your "traceparent", if you sent one.
          </td>
        </tr>
        <tr>
          <th scope="row"><code>Server-Timing</code></th>
          <td>answer</td>
          <td>
            Where the time went, in milliseconds. Pages that caches may keep for others have none.
          </td>
        </tr>
        <tr>
          <th scope="row"><code>Edgewise-Cache-Report</code></th>
          <td>request, signed in</td>
          <td>
            What your own cache has answered since you last said so, now and then: "hits=3,
            misses=1, stale=0, bytes=4096". Nobody is answered differently for it.
          </td>
        </tr>
        <tr>
          <th scope="row"><code>Idempotency-Key</code></th>
          <td>request, writes</td>
          <td>
            Up to 64 characters of your choice. Repeat a write with the same key and it happens
            once.
          </td>
        </tr>
        <tr>
          <th scope="row"><code>ETag</code>, <code>If-None-Match</code></th>
          <td>both ways</td>
          <td>Send the tag of what you have back: 304 says that it has not changed.</td>
        </tr>
        <tr>
          <th scope="row"><code>Age</code>, <code>Cache-Status</code></th>
          <td>answer</td>
          <td>
            Of what any visitor may see: how many seconds ago it was made, and whether for you.
          </td>
        </tr>
        <tr>
          <th scope="row"><code>RateLimit</code>, <code>RateLimit-Policy</code></th>
          <td>answer</td>
          <td>
            What remains (r) and when it is full again (t, seconds), of which quota (q) in which
            window (w, seconds).
          </td>
        </tr>
      </tbody>
    </table>
  </section>`;
