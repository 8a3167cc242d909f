export type TextPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string }
  | { readonly kind: "mention"; readonly text: string; readonly handle: string }
  | { readonly kind: "hashtag"; readonly text: string };

const PATTERN =
  /(https?:\/\/[^\s<>"]+)|(?<![\w@/.])@([a-zA-Z0-9_]{2,30})(?![\w@])|(?<![\w#&/])#(?=[^\s#]*\p{L})[\p{L}\p{N}_]+/gu;

/**
 * Splits a post's text into parts. Only http and https become links, so no text can
 * turn into a `javascript:` address; the caller renders parts as elements, never as markup.
 */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(PATTERN)) {
    const part = partOf(match);
    if (match.index > end) parts.push({ kind: "text", text: text.slice(end, match.index) });
    parts.push(part);
    end = match.index + part.text.length;
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}

function partOf(match: RegExpExecArray): TextPart {
  const [whole, url, handle] = match;
  if (handle !== undefined) return { kind: "mention", text: whole, handle: handle.toLowerCase() };
  if (url === undefined) return { kind: "hashtag", text: whole };
  const text = trimUrl(url);
  return URL.canParse(text) ? { kind: "link", text, href: text } : { kind: "text", text };
}

/** A sentence's own punctuation is not the address; a bracket is if the address opened it. */
function trimUrl(url: string): string {
  let text = url;
  for (;;) {
    const last = text.at(-1) ?? "";
    const opened = text.split("(").length;
    const closed = text.split(")").length;
    if (/[.,;:!?'*\]]/.test(last) || (last === ")" && closed > opened)) text = text.slice(0, -1);
    else return text;
  }
}

/** What a reader needs to see of an address: no scheme, no `www.`, at most 36 characters. */
export function shortUrl(href: string): string {
  const bare = href.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "");
  return bare.length <= 36 ? bare : `${bare.slice(0, 35)}…`;
}
