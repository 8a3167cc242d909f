/** One number of the day that is modelled, and where it comes from. */
interface Parameter {
  readonly value: number;
  readonly what: string;
  readonly source: string;
}

const ASSUMED = "assumed";
/** `shared/data/ranking`: 94,784 exposures under the standard policy. */
const KUAIRAND = "KuaiRand-Pure, per exposure of a short video";
const SPECIFICATION = "the specification's 2 billion active people";

/**
 * The day. Nobody publishes what people do in a feed minute by minute, so most of it is assumed; the
 * report prints all of it beside the results. Shares per page are those per post times 20. The
 * sample of Klout's data (when people post) covers some hours of a single day, so it says nothing of the
 * busiest hour.
 */
export const DAY = {
  activeShare: {
    value: 0.67,
    what: "of all people open the app that day",
    source: "daily over monthly users of Facebook in Meta's annual reports, from memory",
  },
  visitsPerDay: {
    value: 5,
    what: "visits of each of them, mean",
    source: `${SPECIFICATION} then make about its peak of 700,000 pages a second`,
  },
  visitsZipf: { value: 0.5, what: "exponent of Zipf's law of visits", source: ASSUMED },
  visitsPerDayMax: { value: 60, what: "visits of one person at most", source: ASSUMED },
  busiestHourShare: {
    value: 0.08,
    what: "of the day's visits are in its busiest hour",
    source: ASSUMED,
  },
  returnShare: { value: 0.5, what: "of visits are followed by another soon", source: ASSUMED },
  returnMinutes: { value: 6, what: "minutes until then, log-normal mean", source: ASSUMED },
  pagesPerVisit: { value: 3, what: "pages of 20 posts, geometric mean", source: ASSUMED },
  pageSeconds: { value: 25, what: "seconds on a page, log-normal mean", source: ASSUMED },
  newPostsShare: {
    value: 0.15,
    what: "of pages end with a look at the newest posts",
    source: ASSUMED,
  },
  profileShare: { value: 0.38, what: "of pages lead to somebody's profile", source: KUAIRAND },
  postShare: { value: 0.3, what: "of pages lead to a post and its comments", source: ASSUMED },
  asideSeconds: { value: 8, what: "seconds there, log-normal mean", source: ASSUMED },
  suggestedShare: {
    value: 0.4,
    what: "of visits are on a screen with suggestions beside",
    source: ASSUMED,
  },
  reactionShare: { value: 0.34, what: "of pages bring a reaction", source: KUAIRAND },
  commentShare: { value: 0.05, what: "of pages bring a comment", source: KUAIRAND },
  followShare: { value: 0.026, what: "of pages bring a follow", source: KUAIRAND },
  postsPerDay: {
    value: 0.4,
    what: "posts of each active person",
    source: `${SPECIFICATION} and 800 million posts a day`,
  },
  imageShare: { value: 0.3, what: "of posts have an image", source: ASSUMED },
  avatarShare: { value: 0.6, what: "of people have a picture", source: ASSUMED },
  browserKeeps: {
    value: 0.8,
    what: "of images that somebody saw before this visit are in their browser still",
    source: ASSUMED,
  },
  visitorsPerVisit: {
    value: 0.2,
    what: "public profiles that are looked at without signing in, per visit",
    source: ASSUMED,
  },
} as const satisfies Record<string, Parameter>;

/** People by region: the specification's shares of leaders, and the rest in apac. */
export const REGION_SHARES: readonly (readonly [region: string, share: number])[] = [
  ["us-east", 0.33],
  ["us-west", 0.17],
  ["eu-west", 0.25],
  ["apac", 0.25],
];

export const dayInWords = (): string[] => [
  ...Object.values(DAY).map(({ value, what, source }) => `${value} ${what} (${source})`),
  `regions ${REGION_SHARES.map(([region, share]) => `${region} ${share}`).join(", ")} (the specification's shares of leaders, the rest in apac)`,
];
