/** A failure that one clear line explains; the command ends with 1. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/** One line for any error. Errors with a code of ours are meant for people; others show where they come from. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof CliError || hasOwnCode(error)) return error.message;
  return error.stack ?? error.message;
}

/** Our codes are `area/cause`. citty's own errors carry codes in capitals. */
function hasOwnCode(error: Error): boolean {
  if (!('code' in error) || typeof error.code !== 'string') return error.name === 'CLIError';
  return /^[a-z-]+\/[a-z-]+$/.test(error.code) || error.name === 'CLIError';
}
