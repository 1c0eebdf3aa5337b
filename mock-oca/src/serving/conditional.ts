export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** As the Last-Modified header has it. */
  readonly lastModified: string;
}

/** True when the client already holds this file: answer 304. If-None-Match wins over If-Modified-Since. */
export function isNotModified(headers: Readonly<Record<string, string>>, validators: Validators): boolean {
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) {
    return (
      noneMatch.trim() === '*' || noneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === validators.etag)
    );
  }
  // Exact, as nginx: modification times come from content hashes, "later than" means nothing.
  return headers['if-modified-since']?.trim() === validators.lastModified;
}

/** True when a Range may be honoured: no If-Range, or one that names exactly this file (a weak tag never does). */
export function rangeMayApply(ifRange: string | undefined, validators: Validators): boolean {
  if (ifRange === undefined) return true;
  const value = ifRange.trim();
  return value === validators.etag || value === validators.lastModified;
}
