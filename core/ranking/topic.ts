/** A hashtag: letters, digits and underscores of any script; longer ones are cut, so that a key stays small. */
const HASHTAG = /#([\p{L}\p{N}_]{2,40})/u;

/** What a post is about: the first hashtag of its text, in small letters; empty when it has none. */
export const topicOf = (text: string): string => HASHTAG.exec(text)?.[1]?.toLowerCase() ?? "";
