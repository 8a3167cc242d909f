import type { ComponentChildren } from "preact";

import { explain, referenceOf } from "../data/problem.ts";
import { Icon, type IconName } from "./icon.tsx";

/** What a list says when it has nothing, with something to do about it. */
export function Empty(props: {
  icon: IconName;
  title: string;
  text: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="state">
      <span class="state-icon">
        <Icon name={props.icon} size={28} />
      </span>
      <h2>{props.title}</h2>
      <p>{props.text}</p>
      {props.children}
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <div class="state" role="alert">
      <span class="state-icon">
        <Icon name="info" size={28} />
      </span>
      <h2>This did not load</h2>
      <p>{explain(error)}</p>
      <Reference error={error} />
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

/** What a reader can quote to whoever runs the service. */
export function Reference({ error }: { error: unknown }) {
  const reference = referenceOf(error);
  if (reference === null) return null;
  return (
    <p class="reference">
      Reference: <code>{reference}</code>
    </p>
  );
}

const bar = (width: string) => <span class="bone" style={{ width }} />;

export function PostSkeletons({ count = 4 }: { count?: number }) {
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, i) => (
        <div key={i} class="post skeleton" aria-hidden="true">
          <span class="bone bone-face" />
          <div class="skeleton-lines">
            {bar("38%")}
            {bar(i % 2 === 0 ? "96%" : "88%")}
            {bar(i % 2 === 0 ? "64%" : "42%")}
          </div>
        </div>
      ))}
    </div>
  );
}

export function PersonSkeletons({ count = 4 }: { count?: number }) {
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, i) => (
        <div key={i} class="person-row skeleton" aria-hidden="true">
          <span class="bone bone-face" />
          <div class="skeleton-lines">
            {bar("44%")}
            {bar("28%")}
          </div>
        </div>
      ))}
    </div>
  );
}
