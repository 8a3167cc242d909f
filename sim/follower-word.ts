import type { FollowerPorts } from "../core/tao/follower.ts";
import { compareVersions, maxVersion, type Version, ZERO } from "../core/tao/version.ts";
import type { Tally } from "./tally.ts";

type Leader = FollowerPorts["leader"];

/**
 * What one life of a follower has told its leader that it has: nobody will push that again. From
 * then on it has it, has nothing, or is asking for it. That holds at any time, in any weather.
 */
export class FollowerWord {
  readonly #tally: Tally;
  readonly #look: () => void;
  #said: Version = ZERO;
  #calls = 0;
  /** A fill that was read before what was said has come, and no pull since. */
  #isOvertaken = false;

  /** @param look called as soon as it may be judged. */
  constructor(tally: Tally, look: () => void) {
    this.#tally = tally;
    this.#look = look;
  }

  get said(): Version {
    return this.#said;
  }

  /** Its answer to a push. */
  says(has: Version): void {
    this.#said = maxVersion(this.#said, has);
    this.#look();
  }

  /** @param applied null: it has nothing. */
  isBroken(applied: Version | null): boolean {
    return this.#calls === 0 && applied !== null && compareVersions(applied, this.#said) < 0;
  }

  /** The way to its leader, watched. */
  watch(leader: Leader): Leader {
    return {
      read: (request) => leader.read(request),
      fill: (by, request) =>
        this.#during(leader.fill(by, request), (answer) => {
          if (!answer.ok || compareVersions(answer.value.at, this.#said) >= 0) return;
          this.#tally.count("fills overtaken");
          this.#isOvertaken = true;
        }),
      pull: (by, after) =>
        this.#during(leader.pull(by, after), (answer) => {
          if (this.#isOvertaken && !answer.ok) this.#tally.count("overtaken and cut off");
          this.#isOvertaken &&= !answer.ok;
        }),
    };
  }

  async #during<T>(call: Promise<T>, then: (value: T) => void): Promise<T> {
    this.#calls++;
    try {
      const value = await call;
      then(value);
      return value;
    } finally {
      this.#calls--;
      this.#look();
    }
  }
}
