import { escapeHtml, inlineCode } from './html.ts';
import type { Json, JsonObject } from './openapi-document.ts';

/** A JSON schema in HTML: a link, a short type, or a table of members. */
export function describeSchema(schema: JsonObject): string {
  const description = typeof schema.description === 'string' ? `<p>${inlineCode(schema.description)}</p>` : '';
  if (schema.$ref !== undefined) return typeOf(schema);
  const properties = objectOf(schema.properties);
  if (properties === undefined) return `${description}<p class="short">${typeOf(schema)}</p>${alternatives(schema)}`;
  return description + members(properties, schema.required);
}

function members(properties: JsonObject, required: Json | undefined): string {
  const needed = new Set(Array.isArray(required) ? required : []);
  const rows = Object.entries(properties).map(([name, value]) => {
    const member = objectOf(value) ?? {};
    const says = typeof member.description === 'string' ? inlineCode(member.description) : '';
    const nested = objectOf(member.properties) ?? objectOf(objectOf(member.items)?.properties);
    const inner = nested ? members(nested, member.required ?? objectOf(member.items)?.required) : '';
    return `<tr><th scope="row"><code>${escapeHtml(name)}</code>${needed.has(name) ? '' : '<small>optional</small>'}</th><td>${typeOf(member)}</td><td>${says}${alternatives(member)}${inner}</td></tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}

/** One of several shapes: each by its own table. */
function alternatives({ oneOf, anyOf }: JsonObject): string {
  const shapes = [oneOf, anyOf].flatMap((list) => (Array.isArray(list) ? (list as readonly Json[]) : []));
  return shapes
    .map((shape) => objectOf(shape) ?? {})
    .filter(({ properties }) => properties !== undefined)
    .map((shape) => describeSchema(shape))
    .join('');
}

/** `string`, `array of Server`, `"play" | "prefetch"` */
function typeOf(schema: JsonObject): string {
  const { $ref, type, const: constant, items, additionalProperties, pattern } = schema;
  const { enum: choices, oneOf, anyOf, allOf } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    return `<a href="#schema-${name}">${escapeHtml(name)}</a>`;
  }
  if (constant !== undefined) return `<code>${escapeHtml(JSON.stringify(constant))}</code>`;
  if (Array.isArray(choices)) return choices.map((each) => `<code>${escapeHtml(String(each))}</code>`).join(' | ');
  const several = [oneOf, anyOf, allOf].flatMap((list) => (Array.isArray(list) ? (list as readonly Json[]) : []));
  if (several.length > 0) return several.map((each) => typeOf(objectOf(each) ?? {})).join(' | ');
  if (type === 'array') return `array of ${typeOf(objectOf(items) ?? {})}`;
  const values = objectOf(additionalProperties);
  if (type === 'object' && values) return `object of ${typeOf(values)}`;
  const range = rangeOf(schema);
  const text = `${escapeHtml(String(type ?? 'anything'))}${range && ` <small>${range}</small>`}`;
  return typeof pattern === 'string' ? `${text} <code>${escapeHtml(pattern)}</code>` : text;
}

function rangeOf({ minimum, maximum, exclusiveMinimum, minLength, maxLength }: JsonObject): string {
  const isReal = (bound: Json | undefined): bound is number =>
    typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const parts = [
    isReal(minimum) ? `≥ ${minimum}` : '',
    isReal(exclusiveMinimum) ? `&gt; ${exclusiveMinimum}` : '',
    isReal(maximum) ? `≤ ${maximum}` : '',
    isReal(minLength) || isReal(maxLength) ? `${minLength ?? 0} to ${maxLength ?? 'any number of'} characters` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const objectOf = (value: Json | undefined): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
