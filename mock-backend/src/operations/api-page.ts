import { PAGE_STYLE } from './api-page-style.ts';
import { describeSchema } from './describe-schema.ts';
import { escapeHtml, inlineCode } from './html.ts';
import type { Json, JsonObject } from './openapi-document.ts';

const METHODS = ['get', 'put', 'post', 'delete'] as const;

/** The document as a page of plain HTML: no script, nothing loaded from elsewhere. */
export function apiPage(document: JsonObject): string {
  const { title, summary, description, version } = strings(document.info);
  const tags = listOf(document.tags).map((tag) => strings(tag).name ?? '');
  const operations = operationsOf(document);
  const schemas = objectOf(objectOf(document.components).schemas);
  const navigation = tags.map(
    (tag) =>
      `<h2>${escapeHtml(tag)}</h2><ul>${operations
        .filter((operation) => operation.tag === tag)
        .map(({ id, method, path }) => `<li><a href="#${id}">${badge(method)} <span>${breakable(path)}</span></a></li>`)
        .join('')}</ul>`,
  );
  const sections = tags.map(
    (tag) =>
      `<section><h2>${escapeHtml(tag)}</h2>${operations
        .filter((operation) => operation.tag === tag)
        .map((operation) => operationHtml(operation))
        .join('')}</section>`,
  );
  const shapes = Object.entries(schemas).map(
    ([name, schema]) =>
      `<article id="schema-${name}"><h3>${escapeHtml(name)}</h3>${describeSchema(objectOf(schema))}</article>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title ?? '')}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<nav aria-label="Routes"><p class="name">${escapeHtml(title ?? '')} <small>${escapeHtml(version ?? '')}</small></p>${navigation.join('')}<h2>Shapes</h2><p><a href="#shapes">${shapes.length} shapes</a></p></nav>
<main>
<header><h1>${escapeHtml(title ?? '')}</h1><p class="lead">${inlineCode(summary ?? '')}</p><p>${inlineCode(description ?? '')}</p>
<p><a href="/openapi.json">openapi.json</a>, for generators of clients.</p>${securityHtml(document)}</header>
${sections.join('\n')}
<section id="shapes"><h2>Shapes</h2>${shapes.join('')}</section>
</main>
</body>
</html>
`;
}

interface Operation {
  readonly id: string;
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly value: JsonObject;
}

const operationsOf = ({ paths }: JsonObject): readonly Operation[] =>
  Object.entries(objectOf(paths)).flatMap(([path, item]) =>
    METHODS.flatMap((method): Operation[] => {
      const value = objectOf(item)[method];
      if (value === undefined) return [];
      const { operationId: id = '' } = strings(value);
      return [{ id, tag: String(listOf(objectOf(value).tags)[0]), method, path, value: objectOf(value) }];
    }),
  );

function operationHtml({ id, method, path, value }: Operation): string {
  const { summary = '', description = '' } = strings(value);
  const [scheme] = listOf(value.security).flatMap((each) => Object.keys(objectOf(each)));
  return `<article id="${id}"><h3>${escapeHtml(summary)}</h3>
<p class="route">${badge(method)} <code>${breakable(path)}</code>${scheme ? ` <a class="who" href="#security-${scheme}">${escapeHtml(scheme)}</a>` : ''}</p>
${description ? `<p>${inlineCode(description)}</p>` : ''}${parametersHtml(value)}${bodyHtml(value)}${answersHtml(value)}</article>`;
}

function parametersHtml({ parameters }: JsonObject): string {
  const rows = listOf(parameters).map((parameter) => {
    const { name = '', in: place = '', description } = strings(parameter);
    const schema = objectOf(objectOf(parameter).schema);
    const says = description ?? strings(schema).description;
    return `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td>${escapeHtml(place)}</td><td>${says === undefined ? describeSchema(schema) : inlineCode(says)}</td></tr>`;
  });
  return rows.length > 0 ? `<h4>Parameters</h4><table>${rows.join('')}</table>` : '';
}

function bodyHtml({ requestBody }: JsonObject): string {
  if (requestBody === undefined) return '';
  const optional = objectOf(requestBody).required === true ? '' : ' <small>may be absent</small>';
  return `<h4>Takes${optional}</h4>${contentHtml(objectOf(requestBody))}`;
}

function answersHtml({ responses }: JsonObject): string {
  const rows = Object.entries(objectOf(responses)).map(([status, answer]) => {
    const { description = '' } = strings(answer);
    const content = status < '400' ? contentHtml(objectOf(answer)) : '';
    const says = content === '' || status >= '400' ? inlineCode(description) : content;
    return `<tr class="s${status.slice(0, 1)}"><th scope="row">${status}</th><td>${says}</td></tr>`;
  });
  return `<h4>Answers</h4><table>${rows.join('')}</table>`;
}

const contentHtml = ({ content }: JsonObject): string =>
  Object.entries(objectOf(content))
    .map(([type, media]) => {
      const schema = objectOf(objectOf(media).schema);
      return `<p><code class="type">${escapeHtml(type)}</code> ${schema.$ref === undefined ? '' : describeSchema(schema)}</p>`;
    })
    .join('');

function securityHtml({ components }: JsonObject): string {
  const rows = Object.entries(objectOf(objectOf(components).securitySchemes)).map(
    ([name, scheme]) =>
      `<tr id="security-${name}"><th scope="row">${escapeHtml(name)}</th><td><code>Authorization: Bearer …</code></td><td>${inlineCode(strings(scheme).description ?? '')}</td></tr>`,
  );
  return `<h4>Who may call</h4><table>${rows.join('')}</table>`;
}

const badge = (method: string): string => `<b class="method ${method}">${method.toUpperCase()}</b>`;

/** A long path may break after each slash. */
const breakable = (path: string): string => escapeHtml(path).replaceAll('/', '/<wbr>');

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** The members that are text. */
function strings(value: Json | undefined): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(objectOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
