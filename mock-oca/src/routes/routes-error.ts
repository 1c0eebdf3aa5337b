/** Why an appliance has no routes, or not those of now. Listed in docs/errors.md. */
export const ROUTES_ERRORS = {
  'routes/daemon-missing': 'There is no BIRD 2 on this machine.',
  'routes/daemon-silent': 'The routing daemon does not answer on its socket.',
  'routes/file-unreadable': 'The file with the routes, or with a password, cannot be read.',
  'routes/file-invalid': 'The file with the routes holds something else.',
  'routes/rule-invalid': 'A rule names something that is no prefix.',
} as const;

export type RoutesErrorCode = keyof typeof ROUTES_ERRORS;

export class RoutesError extends Error {
  override readonly name = 'RoutesError';
  readonly code: RoutesErrorCode;

  constructor(code: RoutesErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** As the control routes tell it. */
export function routesErrorOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof RoutesError) return { code: error.code, message: error.message };
  return { code: 'routes/daemon-silent', message: error instanceof Error ? error.message : String(error) };
}
