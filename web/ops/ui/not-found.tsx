import { Link } from "../../app/ui/link.tsx";

export function NotFound({ what, back }: { what: string; back: string }) {
  return (
    <div class="card notice">
      <h2>There is no such {what}</h2>
      <Link to={back}>Go back</Link>
    </div>
  );
}
