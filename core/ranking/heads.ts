/**
 * What a viewer may do with a post that was shown, and what a model gives the probability of.
 * The order is wire format: columns of every probability matrix, of logs and of artifacts.
 */
export const HEADS = ["open", "like", "comment", "share", "follow", "dwell", "hide"] as const;

export type Head = (typeof HEADS)[number];

/** Columns of a probability matrix. */
export const HEAD_COUNT = HEADS.length;
