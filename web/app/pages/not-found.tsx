import { Page } from "../shell/page.tsx";
import { Link } from "../ui/link.tsx";
import { Empty } from "../ui/states.tsx";

export function NotFoundPage() {
  return (
    <Page title="Not found" back ready>
      <Empty
        icon="compass"
        title="There is no such page"
        text="The address may be mistyped, or the page has moved on."
      >
        <Link class="button" to="/">
          Back to your feed
        </Link>
      </Empty>
    </Page>
  );
}
