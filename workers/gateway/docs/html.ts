/** Markup that is safe to put into a page. */
export interface Html {
  readonly markup: string;
}

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);

type Value = Html | string | number | readonly Html[];

const markupOf = (value: Value): string => {
  if (typeof value === "string" || typeof value === "number") return escaped(String(value));
  return "markup" in value ? value.markup : value.map((part) => part.markup).join("");
};

/** Template tag: whatever is put in is text, unless it is `Html` itself. */
export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  markup: strings.reduce((text, part, i) => text + markupOf(values[i - 1] ?? "") + part),
});

/** Only for text of this program. */
export const trusted = (markup: string): Html => ({ markup });
