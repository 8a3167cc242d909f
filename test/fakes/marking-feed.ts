import type { CallContext } from "../../core/feed/service.ts";
import { FakeFeed } from "./fake-feed.ts";

/** What every answer says: for whom it was made. */
export const madeFor = (viewer: string | null): string => `made-for-${viewer ?? "a-visitor"}`;

interface Answered {
  readonly ok: boolean;
  readonly value: { readonly value: unknown; readonly ticket: string };
}

/** The fake feed Worker, with the caller's mark in each answer and in each ticket. */
export function markingFeed(): FakeFeed {
  return new Proxy(new FakeFeed(), {
    get(feed, name) {
      const member: unknown = Reflect.get(feed, name, feed);
      if (typeof member !== "function" || name === "sweep") return member;
      return async (ctx: CallContext, ...args: unknown[]) => {
        const reply = (await member.call(feed, ctx, ...args)) as Answered;
        if (!reply.ok) return reply;
        const mark = madeFor(ctx.viewer);
        const { value } = reply.value;
        const object = (typeof value === "string" ? JSON.parse(value) : value) as object | null;
        const marked = object === null ? null : { ...object, mark };
        return {
          ok: true,
          value: {
            ...reply.value,
            value: typeof value === "string" ? JSON.stringify(marked) : marked,
            ticket: `ticket-${mark}`,
          },
        };
      };
    },
  });
}
