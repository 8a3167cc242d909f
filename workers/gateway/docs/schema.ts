import type { JsonSchema } from "../openapi.ts";
import { type Html, html } from "./html.ts";

const record = (value: unknown): JsonSchema =>
  typeof value === "object" && value !== null ? (value as JsonSchema) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const refName = (schema: JsonSchema): string | null =>
  typeof schema["$ref"] === "string" ? (schema["$ref"].split("/").at(-1) ?? null) : null;

/** The type of a field in a few words, named schemas as links. */
export function typeOf(value: unknown): Html {
  const schema = record(value);
  const name = refName(schema);
  if (name !== null) return html`<a href="#schema-${name}">${name}</a>`;
  const choices = [...list(schema["anyOf"]), ...list(schema["oneOf"])];
  if (choices.length > 0) return joined(choices.map(typeOf), " or ");
  if (schema["enum"] !== undefined)
    return html`${list(schema["enum"])
      .map((v) => JSON.stringify(v))
      .join(" | ")}`;
  if (schema["const"] !== undefined) return html`${JSON.stringify(schema["const"])}`;
  if (schema["type"] === "array") return html`list of ${typeOf(schema["items"])}`;
  const types = Array.isArray(schema["type"])
    ? schema["type"].join(" or ")
    : String(schema["type"] ?? "any");
  return html`${types}`;
}

const joined = (parts: readonly Html[], separator: string): Html =>
  parts.reduce((all, part) => html`${all}${separator}${part}`);

/** "1 to 64 characters", "at most 4 items", "from 1". */
function boundsOf(schema: JsonSchema): string[] {
  const unit =
    schema["type"] === "array" ? " items" : schema["type"] === "string" ? " characters" : "";
  const low = schema["minLength"] ?? schema["minItems"] ?? schema["minimum"];
  const high = schema["maxLength"] ?? schema["maxItems"] ?? schema["maximum"];
  if (low !== undefined && high !== undefined) return [`${String(low)} to ${String(high)}${unit}`];
  if (high !== undefined) return [`at most ${String(high)}${unit}`];
  return low === undefined ? [] : [`at least ${String(low)}${unit}`];
}

/** Description, bounds, default and pattern. */
export function notesOf(value: unknown): string {
  const schema = record(value);
  return [
    ...list([schema["description"]]).filter((text) => typeof text === "string"),
    ...boundsOf(schema),
    ...(schema["default"] === undefined ? [] : [`default ${JSON.stringify(schema["default"])}`]),
    ...(typeof schema["pattern"] === "string" ? [`matches ${schema["pattern"]}`] : []),
  ].join("; ");
}

/** A table of an object's fields, or of the object that is referred to; nested ones by dots. */
export function fieldTable(
  value: unknown,
  schemas: Readonly<Record<string, JsonSchema>> = {},
): Html {
  const schema = record(value);
  const rows = fieldRows(schemas[refName(schema) ?? ""] ?? schema, "");
  if (rows.length === 0)
    return html`<p class="type">${typeOf(value)} <span>${notesOf(value)}</span></p>`;
  return html`<table>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function fieldRows(schema: JsonSchema, prefix: string): Html[] {
  const required = list(schema["required"]);
  return Object.entries(record(schema["properties"])).flatMap(([name, field]) => {
    const mark = required.includes(name) ? html`` : html` <i>optional</i>`;
    const row = html`<tr>
      <th scope="row"><code>${prefix}${name}</code>${mark}</th>
      <td>${typeOf(field)}</td>
      <td>${notesOf(field)}</td>
    </tr>`;
    return [row, ...fieldRows(record(field), `${prefix}${name}.`)];
  });
}

/** A small believable value, for the curl line. */
export function exampleOf(value: unknown, schemas: Readonly<Record<string, JsonSchema>>): unknown {
  const schema = record(value);
  const name = refName(schema);
  if (name !== null) return exampleOf(schemas[name], schemas);
  if (schema["example"] !== undefined) return schema["example"];
  if (schema["default"] !== undefined) return schema["default"];
  if (schema["enum"] !== undefined) return list(schema["enum"])[0];
  const [choice] = [...list(schema["anyOf"]), ...list(schema["oneOf"])];
  if (choice !== undefined) return exampleOf(choice, schemas);
  if (schema["const"] !== undefined) return schema["const"];
  if (schema["type"] === "array") return [exampleOf(schema["items"], schemas)];
  if (schema["type"] === "object") return exampleObject(schema, schemas);
  if (schema["type"] === "integer" || schema["type"] === "number") return schema["minimum"] ?? 0;
  return schema["type"] === "boolean" ? true : "text";
}

/** Only required fields, or the first one where none is. */
function exampleObject(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): unknown {
  const fields = Object.entries(record(schema["properties"]));
  const required = fields.filter(([name]) => list(schema["required"]).includes(name));
  const shown = required.length > 0 ? required : fields.slice(0, 1);
  return Object.fromEntries(shown.map(([name, field]) => [name, exampleOf(field, schemas)]));
}
