import type { LogConsumer } from "../../tao/log-consumers.ts";
import type { LogRecord } from "../../tao/log.ts";
import type { GraphEvent } from "./events.ts";
import { eventsOf } from "./events-of.ts";
import type { FanoutShardService } from "./service.ts";

/**
 * The leader's side of fan-out: what its log means, handed to the shard's `FanoutShard`. The
 * cursor moves when the events are stored there; records that mean nothing cost no call.
 */
export const fanoutConsumer = (shard: Pick<FanoutShardService, "accept">): LogConsumer => ({
  name: "fan-out",
  takesRecords: true,
  deliver: async (groups) => {
    const head = groups.at(-1)?.head;
    if (head === undefined) throw new RangeError("nothing to deliver");
    const events = groups.flatMap(({ records }) => records.flatMap(tracedEventsOf));
    return events.length === 0 ? head : shard.accept(events, head);
  },
  // It is new, was away for a day, or the log was lost with its region: entries made anew within
  // their five minutes make up for what was never told. Notifications of it are lost.
  startOver: async (head) => head,
});

const tracedEventsOf = (record: LogRecord): readonly GraphEvent[] => {
  const { trace } = record;
  const events = eventsOf(record);
  return trace === undefined ? events : events.map((event) => ({ ...event, trace }));
};
