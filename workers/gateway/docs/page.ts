import { type FailureCode, STATUS, TITLE } from "../../../core/errors.ts";
import type { JsonSchema, OpenApiDocument } from "../openapi.ts";
import { INTERNAL } from "../problem.ts";
import { type Html, html, trusted } from "./html.ts";
import { introduction } from "./introduction.ts";
import { exampleOf, fieldTable, notesOf, typeOf } from "./schema.ts";
import { DOCS_STYLE } from "./style.ts";

type Schemas = OpenApiDocument["components"]["schemas"];
type Fields = Readonly<Record<string, unknown>>;
interface Shown {
  readonly path: string;
  readonly method: string;
  readonly op: JsonSchema;
}

const fields = (value: unknown): Fields => (value ?? {}) as Fields;

/** The documentation as one page: no script, no file but itself. */
export function renderDocs(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, op]): Shown => ({ path, method, op })),
  );
  const groups = document.tags.map(({ name }) => ({
    name,
    shown: operations.filter(({ op }) => (op["tags"] as readonly string[]).includes(name)),
  }));
  const { schemas } = document.components;
  return html`${trusted("<!doctype html>")}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${document.info.title} API</title>
        ${trusted(`<style>${DOCS_STYLE}</style>`)}
      </head>
      <body>
        <nav aria-label="Contents">
          <a class="brand" href="/">${document.info.title}</a>
          ${groups.map(
            ({ name, shown }) =>
              html`<h2>${name}</h2>
                <ul>
                  ${shown.map(navItem)}
                </ul>`,
          )}
          <h2>Reference</h2>
          <ul>
            <li><a href="#start">Start here</a></li>
            <li><a href="#problems">Problems</a></li>
            <li><a href="#schemas">Schemas</a></li>
            <li><a href="/openapi.json">openapi.json</a></li>
          </ul>
        </nav>
        <main>
          <h1>${document.info.title} API</h1>
          <p class="lead">${document.info.description}</p>
          ${introduction()}
          ${groups.map(
            ({ name, shown }) =>
              html`<h2 class="group">${name}</h2>
                ${shown.map((one) => operationSection(one, schemas))}`,
          )}
          ${problems()}
          <h2 class="group" id="schemas">Schemas</h2>
          ${Object.entries(schemas).map(
            ([name, schema]) =>
              html`<section id="schema-${name}">
                <h3>${name}</h3>
                ${fieldTable(schema)}
              </section>`,
          )}
        </main>
      </body>
    </html>`.markup;
}

const navItem = ({ op, method }: Shown): Html =>
  html`<li>
    <a href="#${String(op["operationId"])}"
      ><b class="${method}">${method}</b> ${String(op["operationId"])}</a
    >
  </li>`;

function operationSection({ path, method, op }: Shown, schemas: Schemas): Html {
  const id = String(op["operationId"]);
  return html`<section id="${id}">
    <h3><a href="#${id}">${String(op["summary"])}</a></h3>
    <p class="line"><b class="${method}">${method}</b> <code>${path}</code></p>
    <p>${String(op["description"])}</p>
    ${parameterTable(op)} ${bodySection(op, schemas)}
    <h4>Answer</h4>
    <p>${answerLine(op)}</p>
    <h4>Failures</h4>
    <p class="codes">${(op["x-failures"] as readonly FailureCode[]).map(failureLink)}</p>
    <details>
      <summary>curl</summary>
      <pre><code>${curl(path, method, op, schemas)}</code></pre>
    </details>
  </section>`;
}

/** The headers are the same everywhere and stand at the top of the page. */
function parameterTable(op: JsonSchema): Html {
  const all = op["parameters"] as readonly JsonSchema[];
  const own = all.filter((parameter) => parameter["in"] !== "header");
  if (own.length === 0) return html``;
  return html`<h4>Parameters</h4>
    <table>
      <tbody>
        ${own.map(parameterRow)}
      </tbody>
    </table>`;
}

const parameterRow = (parameter: JsonSchema): Html => {
  const optional = parameter["required"] === true ? html`` : html` <i>optional</i>`;
  const notes = [parameter["description"], notesOf(parameter["schema"])].filter(Boolean).join("; ");
  return html`<tr>
    <th scope="row">
      <code>${String(parameter["name"])}</code> <small>${String(parameter["in"])}</small>${optional}
    </th>
    <td>${typeOf(parameter["schema"])}</td>
    <td>${notes}</td>
  </tr>`;
};

function bodySection(op: JsonSchema, schemas: Schemas): Html {
  const [content] = Object.entries(fields(fields(op["requestBody"])["content"]));
  if (content === undefined) return html``;
  const [type, media] = content;
  const { schema } = fields(media);
  return html`<h4>
      Body <small>${type}</small> ${type === "application/json" ? typeOf(schema) : ""}
    </h4>
    ${fieldTable(schema, schemas)}`;
}

function answerLine(op: JsonSchema): Html {
  const [[status = "", response] = []] = Object.entries(fields(op["responses"]));
  const [media] = Object.values(fields(fields(response)["content"]));
  const body = media === undefined ? html`without a body` : typeOf(fields(media)["schema"]);
  return html`<b class="s2">${status}</b> ${body}`;
}

const failureLink = (code: FailureCode): Html =>
  html`<a href="#${code}"
    ><b class="s${String(STATUS[code]).charAt(0)}">${STATUS[code]}</b> ${code}</a
  > `;

function curl(path: string, method: string, op: JsonSchema, schemas: Schemas): string {
  const filled = path.replace("{user}", "ada").replace("{id}", "1184274518016");
  const lines = [`curl -X ${method.toUpperCase()} "$EDGEWISE${filled}"`];
  if ((op["security"] as readonly Fields[]).every((way) => "bearer" in way)) {
    lines.push('-H "Authorization: Bearer $TOKEN"');
  }
  const content = fields(fields(op["requestBody"])["content"]);
  if ("image/*" in content) lines.push("--data-binary @photo.jpg");
  const json = content["application/json"];
  if (json !== undefined) {
    lines.push("-H 'Content-Type: application/json'");
    lines.push(`-d '${JSON.stringify(exampleOf(fields(json)["schema"], schemas))}'`);
  }
  return lines.join(" \\\n  ");
}

/** Each `type` of a problem document points at a row here. */
function problems(): Html {
  const rows = Object.entries(TITLE).map(([code, title]) => ({
    code,
    title,
    status: STATUS[code as keyof typeof STATUS],
  }));
  return html`<h2 class="group" id="problems">Problems</h2>
    <p>
      Every failure is an <code>application/problem+json</code> document with a stable
      <code>code</code>, a sentence for people, and <code>retryAfter</code> in seconds where waiting
      helps.
    </p>
    <table>
      <tbody>
        ${[...rows, INTERNAL].map(
          ({ code, title, status }) =>
            html`<tr id="${code}">
              <th scope="row"><code>${code}</code></th>
              <td><b class="s${String(status).charAt(0)}">${status}</b></td>
              <td>${title}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}
