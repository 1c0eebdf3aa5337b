/** Files carry ISO 639-2 (`eng`), players want the shortest BCP 47 form (`en`). */
export function languageTag(tag: string | undefined): string {
  try {
    return (tag && Intl.getCanonicalLocales(tag)[0]) || 'und';
  } catch {
    return 'und';
  }
}
