import { linkify, shortUrl, type TextPart } from "../format/linkify.ts";
import { profilePath } from "../state/routes.ts";
import { Link } from "../ui/link.tsx";

/** A post's text as elements: no part of it is ever read as markup. */
export function RichText({ text, className = "text" }: { text: string; className?: string }) {
  if (text === "") return null;
  return (
    <p class={className} dir="auto">
      {linkify(text).map((part, i) => (
        <Part key={i} part={part} />
      ))}
    </p>
  );
}

function Part({ part }: { part: TextPart }) {
  switch (part.kind) {
    case "text":
      return <>{part.text}</>;
    case "hashtag":
      return <span class="hashtag">{part.text}</span>;
    case "mention":
      return <Link to={profilePath(part.handle)}>{part.text}</Link>;
    case "link":
      return (
        <a
          href={part.href}
          target="_blank"
          rel="noopener noreferrer nofollow ugc"
          title={part.href}
        >
          {shortUrl(part.href)}
        </a>
      );
  }
}
