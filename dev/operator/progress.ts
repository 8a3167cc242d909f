import cliProgress from "cli-progress";

/** How far a long job is, for a person: a bar on a terminal, a line now and then elsewhere. */
export interface Progress {
  /** `done` of `total`, in any unit; `note` says what happens now. */
  update(done: number, total: number, note: string): void;
  /** `summary` stays on the screen. */
  finish(summary: string): void;
}

const LINE_EVERY_MS = 2_000;

export const silent: Progress = { update: () => undefined, finish: () => undefined };

export function progressFor(out: NodeJS.WriteStream): Progress {
  return out.isTTY ? bar() : plain(out);
}

function bar(): Progress {
  const single = new cliProgress.SingleBar({
    format: "{bar} {percentage}% · {note} · ETA {eta_formatted}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 28,
    hideCursor: true,
    etaBuffer: 40,
  });
  let started = false;
  return {
    update(done, total, note) {
      if (!started) single.start(total, 0, { note });
      started = true;
      single.setTotal(total);
      single.update(done, { note });
    },
    finish(summary) {
      if (started) single.stop();
      console.log(summary);
    },
  };
}

function plain(out: NodeJS.WriteStream): Progress {
  const startedMs = Date.now();
  let saidMs = 0;
  return {
    update(done, total, note) {
      const nowMs = Date.now();
      if (nowMs - saidMs < LINE_EVERY_MS || done === 0) return;
      saidMs = nowMs;
      const share = done / total;
      const leftS = Math.round(((nowMs - startedMs) * (1 - share)) / share / 1_000);
      // Before this, one slow start would promise an hour.
      const left = share < 0.05 ? "" : ` · about ${leftS} s left`;
      out.write(`${Math.floor(100 * share)}% · ${note}${left}\n`);
    },
    finish: (summary) => void out.write(`${summary}\n`),
  };
}
