import { render } from "preact";

import { App } from "./app.tsx";
import { startRouter } from "./state/location.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/shell.css";
import "./styles/post.css";
import "./styles/pages.css";
import "./styles/overlays.css";

startRouter();
const root = document.getElementById("root");
if (root !== null) render(<App />, root);
