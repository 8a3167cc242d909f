import { render } from "preact";

import { App } from "./app.tsx";
import { forgetWhoLeaves } from "./shell/sign-out.ts";
import { startRouter } from "./state/location.ts";
import { followOtherTabs } from "./state/session.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/menus.css";
import "./styles/states.css";
import "./styles/shell.css";
import "./styles/shell-narrow.css";
import "./styles/post.css";
import "./styles/actions.css";
import "./styles/composer.css";
import "./styles/people.css";
import "./styles/pages.css";
import "./styles/overlays.css";

startRouter();
followOtherTabs();
forgetWhoLeaves();
const root = document.getElementById("root");
if (root !== null) render(<App />, root);
