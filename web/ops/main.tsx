import { render } from "preact";

import { startRouter } from "../app/state/location.ts";
import { App } from "./app.tsx";
import "../app/styles/tokens.css";
import "../app/styles/base.css";
import "../app/styles/controls.css";
import "../app/styles/states.css";
import "../app/styles/overlays.css";
import "./styles/colours.css";
import "./styles/shell.css";
import "./styles/cards.css";
import "./styles/tables.css";
import "./styles/actions.css";
import "./styles/pages.css";
import "./styles/plots.css";
import "./styles/data.css";

startRouter();
const root = document.getElementById("root");
if (root !== null) render(<App />, root);
