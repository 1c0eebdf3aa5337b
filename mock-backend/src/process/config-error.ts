/** Why a region does not start with its configuration. Listed in docs/errors.md. */
export const CONFIG_ERRORS = ['config/not-named', 'config/unreadable', 'config/not-json', 'config/invalid'] as const;

export type ConfigErrorCode = (typeof CONFIG_ERRORS)[number];

export interface ConfigIssue {
  /** As `sites.0.latitude`; `(all)` where it is about the file as a whole. */
  readonly field: string;
  /** What was expected there. Never what is there: it may be a secret. */
  readonly expected: string;
}

/** A wrong configuration: the message says which file, which field, and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;
  readonly issues: readonly ConfigIssue[];

  constructor(code: ConfigErrorCode, message: string, issues: readonly ConfigIssue[] = []) {
    super([message, ...issues.map(({ field, expected }) => `  ${field}: ${expected}`)].join('\n'));
    this.code = code;
    this.issues = issues;
  }
}
