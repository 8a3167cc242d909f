import { useQuery } from "@tanstack/react-query";
import { useState } from "preact/hooks";

import type { Why, WhyNot } from "../../../core/feed/explain/schemas.ts";
import type { FeedSource } from "../../../core/feed/schemas.ts";
import { api } from "../data/api.ts";
import { isNotFound } from "../data/problem.ts";
import { plural } from "../format/count.ts";
import { postIn } from "../format/post-link.ts";
import { useStore } from "../state/store.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { Failed, PersonSkeletons } from "../ui/states.tsx";
import { whyStore } from "./why-store.ts";

const SOURCE_WORDS: Record<FeedSource, string> = {
  followed: "You follow its author.",
  friend: "Its author is your friend.",
  own: "It is yours.",
  popular: "Many people near you react to it. Follow more people and such posts go away.",
};

export function WhyDialog() {
  const request = useStore(whyStore);
  if (request === null) return null;
  const close = (): void => whyStore.set(null);
  return request.ask === "why" ? (
    <Dialog title="Why is this here?" onClose={close}>
      <WhyHere post={request.post} />
    </Dialog>
  ) : (
    <Dialog title="Why is this not in my feed?" onClose={close}>
      <WhyNotHere first={request.post} />
    </Dialog>
  );
}

function WhyHere({ post }: { post: string }) {
  const query = useQuery({ queryKey: ["why", post], queryFn: () => api().why(post), staleTime: 0 });
  if (query.isPending) return <PersonSkeletons count={2} />;
  if (isNotFound(query.error)) {
    return <p class="why">This post is not in your feed now, so there is nothing to explain.</p>;
  }
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Explained why={query.data} />;
}

const BORROWED_WORDS: Record<NonNullable<Why["borrowed"]>, string> = {
  author: "It came after your feed was scored, and counts as its author's newest post does.",
  newest: "It came after your feed was scored, and counts as the newest posts do.",
};

/** One decimal below ten percent, where most actions are. */
const percent = (probability: number): string =>
  `${(probability * 100).toFixed(probability < 0.1 ? 1 : 0)} %`;

/** With the sign that is as wide as a digit, as everywhere in the table. */
const minus = (value: number): string => String(value).replace("-", "−");

/** A score with two decimals and its sign where it counts. */
const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

function Explained({ why }: { why: Why }) {
  const parts = [...why.contributions, ...why.penalties];
  const largest = Math.max(0.01, ...parts.map((part) => Math.abs(part.value)));
  const sum = parts.reduce((total, part) => total + part.value, 0);
  return (
    <div class="why">
      <p>
        <strong>{SOURCE_WORDS[why.source]}</strong>{" "}
        {why.score === null && "Your feed is in the order of time, so no score decides its place."}
        {why.borrowed !== null && BORROWED_WORDS[why.borrowed]}
      </p>
      {parts.length > 0 && (
        <table class="why-parts">
          <caption class="sr-only">What its score is made of</caption>
          <tbody>
            {parts.map((part) => (
              <tr key={part.name}>
                <th scope="row">
                  {part.says}
                  {part.probability !== null && part.weight !== null && (
                    <span class="why-odds">
                      {percent(part.probability)} likely, times {minus(part.weight)}
                    </span>
                  )}
                </th>
                <td class="why-bar" aria-hidden="true">
                  <span
                    class={part.value < 0 ? "less" : ""}
                    style={{ width: `${(Math.abs(part.value) / largest) * 100}%` }}
                  />
                </td>
                <td class="why-value">{signed(part.value)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                Its score
              </th>
              <td class="why-value" data-sum={sum.toFixed(2)}>
                {(why.score ?? sum).toFixed(2)}
              </td>
            </tr>
          </tfoot>
        </table>
      )}
      <p class="muted why-foot">
        {why.score !== null && `Scored by ${why.model}, with weights ${why.weights}. `}
        {why.ageMs >= 1_000
          ? `As of ${plural(Math.round(why.ageMs / 1_000), "second")} ago.`
          : "As of now."}
      </p>
    </div>
  );
}

function WhyNotHere({ first }: { first: string | null }) {
  const [post, setPost] = useState(first);
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  return (
    <div class="why">
      {first === null && (
        <form
          class="why-ask"
          onSubmit={(event) => {
            event.preventDefault();
            const found = postIn(text);
            setWrong(found === null);
            setPost(found);
          }}
        >
          <label class="field">
            <span>Link to the post</span>
            <input
              data-first-focus
              placeholder={`${location.origin}/post/…`}
              autocomplete="off"
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          <button type="submit" class="button" disabled={text.trim() === ""}>
            Find out
          </button>
        </form>
      )}
      {wrong && (
        <p class="form-error" role="alert">
          This is no link to a post.
        </p>
      )}
      {post !== null && <Traced key={post} post={post} />}
    </div>
  );
}

function Traced({ post }: { post: string }) {
  const query = useQuery({
    queryKey: ["why-not", post],
    queryFn: () => api().whyNot(post),
    staleTime: 0,
  });
  if (query.isPending) return <PersonSkeletons count={2} />;
  if (isNotFound(query.error)) {
    return <p role="status">There is no such post, or it is not shared with you.</p>;
  }
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Trace trace={query.data} />;
}

function Trace({ trace }: { trace: WhyNot }) {
  return (
    <div role="status">
      <p>
        <strong>{trace.says}</strong>
      </p>
      <ol class="why-steps">
        {trace.steps.map((step) => (
          <li key={step.stage} class={step.passed ? "" : "stopped"}>
            <Icon name={step.passed ? "check" : "close"} size={18} />
            <span>
              <span class="sr-only">{step.passed ? "Passed: " : "Stopped: "}</span>
              {step.says}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
