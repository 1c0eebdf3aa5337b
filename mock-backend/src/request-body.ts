import type { z } from 'zod';
import { ApiError } from './api-error.ts';
import { brokenOff } from './limit-body.ts';

const SHOWN_ISSUES = 10;
const SHOWN_CHARACTERS = 240;

/** A name in a body may be as long as the body. */
const short = (issue: string): string =>
  issue.length > SHOWN_CHARACTERS ? `${issue.slice(0, SHOWN_CHARACTERS)}…` : issue;

/** The body as JSON of this shape. */
export async function jsonBody<S extends z.ZodType>(
  request: { text(): Promise<string> },
  schema: S,
): Promise<z.output<S>> {
  return parsed(await bodyText(request), schema);
}

/** The body as it is. @throws ApiError where the client left before its end. */
export async function bodyText(request: { text(): Promise<string> }): Promise<string> {
  return request.text().catch((error) => {
    throw brokenOff(error);
  });
}

/** A body that was read already. */
export const parsed = <S extends z.ZodType>(text: string, schema: S): z.output<S> =>
  valid(jsonIn(text), schema, 'The body');

/** Any JSON. @throws ApiError where it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(
      'request/malformed-json',
      'The body is not JSON.',
      { bodyLength: text.length },
      { cause: error },
    );
  }
}

/** A value of this shape, or `request/invalid` with what is wrong, field by field. */
export function valid<S extends z.ZodType>(value: unknown, schema: S, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.') || '(all)'}: ${message}`);
  throw invalid(what, issues);
}

export function invalid(what: string, issues: readonly string[]): ApiError {
  return new ApiError('request/invalid', `${what} is not what this route expects: ${short(issues[0] ?? '')}.`, {
    issues: issues.slice(0, SHOWN_ISSUES).map(short),
  });
}
