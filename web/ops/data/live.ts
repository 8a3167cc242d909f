import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { ApiProblem } from "../../../client/problem.ts";
import { explain } from "../../app/data/problem.ts";
import type { OperatorClient } from "../../../client/operator.ts";
import { client, leaveIfRefused } from "./api.ts";
import { Poll } from "./poll.ts";
import type { Known } from "./sections.ts";

const NOTHING: Known<never> = { value: null, atMs: null, live: false, error: null };

/**
 * What is no section: asked for by itself, every `everyMs`. What was known stays when it cannot be read.
 * @param key names what is asked for; another one starts afresh.
 */
export function useLive<T>(
  key: string,
  load: (api: OperatorClient, signal: AbortSignal) => Promise<T>,
  everyMs: number,
): Known<T> {
  const [known, setKnown] = useState<{ readonly key: string; readonly it: Known<T> }>({
    key,
    it: NOTHING,
  });
  // The newest one: what it closes over changes with every render, and only `key` asks afresh.
  const loadRef = useRef(load);
  useLayoutEffect(() => {
    loadRef.current = load;
  });
  useEffect(() => {
    const poll = new Poll({
      everyMs,
      onState: () => undefined,
      run: async (signal) => {
        try {
          const value = await loadRef.current(client(), signal);
          if (!signal.aborted)
            setKnown({ key, it: { value, atMs: Date.now(), live: true, error: null } });
        } catch (error) {
          leaveIfRefused(error);
          const code = error instanceof ApiProblem ? error.code : "failed";
          const failed = { live: false, error: { code, detail: explain(error) } };
          if (!signal.aborted)
            setKnown((was) => ({
              key,
              it: { ...(was.key === key ? was.it : (NOTHING as Known<T>)), ...failed },
            }));
          throw error;
        }
      },
    });
    poll.start();
    return () => poll.stop();
  }, [key, everyMs]);
  return known.key === key ? known.it : NOTHING;
}
