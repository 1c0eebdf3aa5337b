import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { z } from 'zod';
import * as schemas from './schemas.ts';

/** The text of `messages.generated.ts`: every schema as a plain interface, so that the SDK never sees zod. */
export async function generateMessages(): Promise<string> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)))
    registry.add(schema as z.ZodType, { id });
  const { schemas: byId } = z.toJSONSchema(registry, { uri: (id) => `#/$defs/${id}`, io: 'output', reused: 'inline' });
  const root = {
    title: 'Messages',
    type: 'object',
    additionalProperties: false,
    $defs: {},
    properties: {},
  } as JSONSchema;
  for (const [id, schema] of Object.entries(byId)) {
    const { $schema: _schema, $id: _id, ...definition } = schema as Record<string, unknown>;
    (root.$defs as Record<string, unknown>)[id] = { title: id, ...(bareReferences(definition) as object) };
    (root.properties as Record<string, unknown>)[id] = { $ref: `#/$defs/${id}` };
  }
  const text = await compile(root, 'Messages', {
    bannerComment:
      '// Made from src/schemas by `npm run generate -w @pressplay/protocol`; a test keeps it fresh. Do not edit.',
    unreachableDefinitions: true,
    additionalProperties: false,
    maxItems: -1,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120 },
  });
  return text
    .replace(/export interface Messages \{[\s\S]*?\n\}\n/, '')
    .replace(
      / \*\n \* This interface was referenced by `Messages`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g,
      '',
    )
    .replace(
      /\/\*\*\n \* This interface was referenced by `Messages`'s JSON-Schema\n \* via the `definition` "\w+"\.\n \*\/\n/g,
      '',
    );
}

/** A description beside a `$ref` would make a second type of the same shape: keep the reference alone. */
function bareReferences(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bareReferences);
  if (typeof node !== 'object' || node === null) return node;
  if ('$ref' in node) return { $ref: node.$ref };
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, bareReferences(value)]));
}
