import type { Random } from "../../core/clock.ts";
import { between, pick } from "./random.ts";
import { lines, type Topic } from "./topics/topic.ts";

const FIELDS = [
  "bio",
  "gear",
  "done",
  "doing",
  "place",
  "trouble",
  "joy",
  "tip",
  "ask",
  "joke",
  "reply",
] as const;
type Field = (typeof FIELDS)[number];
const fieldOf = (name: string): Field | undefined => FIELDS.find((field) => field === name);

const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/**
 * Fills a frame: `{done}` with a phrase of the topic (`{Done}` capitalised, never the
 * same phrase twice in one text), `{20-90}` with a number, `/` with a line break, and
 * anything in `names` with its value.
 */
export function fill(
  random: Random,
  frame: string,
  topic: Topic,
  names: Readonly<Record<string, string>> = {},
): string {
  const used = new Set<string>();
  const fresh = (field: Field): string => {
    const left = topic[field].filter((phrase) => !used.has(phrase));
    const phrase = pick(random, left.length > 0 ? left : topic[field]);
    used.add(phrase);
    return phrase;
  };
  const withWords = frame.replaceAll(/\{([A-Za-z]+)\}/g, (slot, name: string) => {
    const field = fieldOf(name.toLowerCase());
    if (field === undefined) return names[name] ?? slot;
    const phrase = fresh(field);
    return name === field ? phrase : capitalised(phrase);
  });
  return withWords
    .replaceAll(/\{(\d+)-(\d+)\}/g, (_slot, from: string, to: string) =>
      String(between(random, Number(from), Number(to))),
    )
    .replaceAll(/ ?\/ /g, "\n")
    .replaceAll(/([.!?])\./g, "$1");
}

/** Original posts. Shorter frames come more than once: most posts are short. */
export const POST_FRAMES: readonly string[] = lines(`
  I {done}.
  I {done}. Good day.
  {Joy}.
  {Joy}. That is all I wanted to say.
  {Doing}.
  {Doing}. Highly recommended.
  {Doing} {place}. If you need me, no you don't.
  {Place} again. {Joy}.
  {Place} this {daypart}: {joy}.
  {Ask}
  {Ask} Asking for a friend who is me.
  {Ask} / / So far I have {gear} and a lot of opinions.
  {Joke}
  Small complaint: {trouble}.
  {Trouble}. Any ideas?
  {Trouble}, so today was mostly {doing}.
  {Trouble}, but then {joy}. Even, I'd say.
  {Tip}
  Note to self: {tip}
  Took me {2-14} years to learn this: {tip}
  Three things I tell everyone who starts: / 1. {tip} / 2. {tip} / 3. {tip}
  What I packed: / – {gear} / – {gear} / – {gear} / / What I used: {gear}.
  Bought {gear}. It was on sale, or that is the story.
  Found {gear} {place}, {4-45} euros, no questions asked.
  In spring I lent out {gear}. Whoever has it: keep it, you need it more.
  Wish list: {gear}, {gear}, and {2-6} free weekends.
  Today I {done}. Tomorrow: {doing}.
  This week I {done}, and the week before I {done}. Progress, in some direction.
  Good {daypart} from {town}. {Doing}, and nowhere to be.
  {town}, {daypart}. {Joy}.
  First time {place} since last year. {Joy}, and for a moment nothing was missing.
  Nobody warned me that {trouble}. Nobody warned me either that {joy}.
  Some days {trouble}. Some days {joy}. Today it was both before ten.
  A short list of things that went wrong: / – {trouble} / – {trouble} / – {trouble} / And still: {joy}.
  I used to think {gear} would make the difference. It turns out that {doing} makes the difference. {Tip}
  I {done}. Afterwards we sat {place} and somebody said what we were all thinking: same again next week.
  Long day. {Trouble}, {trouble}, and my phone died {place}. Then {joy}, and I walked home in a very good mood. Funny how little it takes.
  For the {3-30}th time this year I {done}, and I think I finally understand why. It is not about {gear}. It is {doing}, with people who do not ask why.
  Someone asked me {place} how to begin. I said: {tip} Then I remembered how I began: I {done}, told everyone, and had to lie down.
  Unpopular opinion: {gear} is overrated. {Tip}
  Ranking this month: / 1. {doing} / 2. {doing} / 3. anything with {gear} / Last: the moment when {trouble}.
  Took a walk to clear my head and ended up {place}. {Joy}. Head is clear, shoes are not.
  Who is {place} this weekend? I bring {gear}, you bring stories.
  {mention} was right: {tip}
  {mention}, you have to see this. {Joy}.
  Thank you {mention} for {gear}. I {done} and thought of you.
  With {mention} {place}. I {done}; they watched and judged.
`);

/** Words beside a picture. */
export const PHOTO_FRAMES: readonly string[] = lines(`
  {Joy}.
  {Place}, this {daypart}.
  {Doing}.
  One from today, {place}.
  I {done}. Proof attached.
  {Joy}. The picture does not do it justice.
  From the week: I {done}.
  Good {daypart} from {town}.
  Kept this one. {Joy}.
  For everyone who could not come: {joy}.
  No filter, no plan. {Doing} {place}.
  Trying to remember this when {trouble}.
  {town}, and {joy}.
  {Ask}
`);

export const QUOTE_FRAMES: readonly string[] = lines(`
  This. {Tip}
  Exactly this. I {done} and thought the same.
  Reading this {place} and nodding.
  Let me add: {tip}
  And here I was, thinking it was just me. {Trouble}.
  Counterpoint: {joke}
  Filing this under things I wish I had known before I {done}.
  Needed this today.
  More people should see this.
  {Ask}
`);

/** Comments by others; the topic's own replies come on top and more often. */
export const COMMENT_FRAMES: readonly string[] = lines(`
  {Tip}
  Same here: {trouble}.
  Made my {daypart}.
  Ha! {Joke}
  I {done} last week and can confirm.
  Try {doing}, it helped me.
  Love this.
  Where was this?
  More of this please.
  Oh, I know that feeling.
  You had me at the first line.
  Do you still have {gear}? Might be the answer.
  Well said.
  Sending this to my sister.
  Next time call me, I am around.
`);

export const ANSWER_FRAMES: readonly string[] = lines(`
  Thank you!
  Thanks, will try that.
  It was {place}, come along next time.
  Good point. {Tip}
  Honestly? Luck.
  You are welcome any time.
  Ha, guilty.
  With {gear}, believe it or not.
  I'll report back.
  That is what I was hoping someone would say.
`);
