import { checkAcknowledged } from "./checkers/acknowledged.ts";
import { checkConvergence } from "./checkers/convergence.ts";
import { checkDelivery } from "./checkers/delivery.ts";
import { checkLeadership } from "./checkers/leadership.ts";
import { checkLog } from "./checkers/log.ts";
import { checkOperations } from "./checkers/operations.ts";
import { checkPreconditions } from "./checkers/preconditions.ts";
import { checkSessions } from "./checkers/sessions.ts";
import { checkStaleness } from "./checkers/staleness.ts";
import { checkSymmetry } from "./checkers/symmetry.ts";
import { checkValues } from "./checkers/values.ts";
import type { History, Violation } from "./history.ts";
import { Truth } from "./truth.ts";

/** Every guarantee, one checker each. A run is clean when none of them finds anything. */
const CHECKERS: readonly ((history: History, truth: Truth) => readonly Violation[])[] = [
  checkAcknowledged,
  checkLeadership,
  checkLog,
  checkSessions,
  checkStaleness,
  checkConvergence,
  checkDelivery,
  checkSymmetry,
  checkValues,
  checkOperations,
  checkPreconditions,
];

export function check(history: History): readonly Violation[] {
  const truth = new Truth(history.shards);
  return CHECKERS.flatMap((checker) => checker(history, truth));
}
