const COLOURS = ['#2dd4a7', '#b794ff', '#5aa9ff', '#f58fb8', '#e3c878', '#7fd6e8'];
const seen: string[] = [];

/** A colour for a site, stable over the page's life. Takes a site id, or an OCA id (`site-letter`). */
export function siteColour(id: string): string {
  const siteId = id.replace(/-[a-z]$/, '');
  if (!seen.includes(siteId)) seen.push(siteId);
  return COLOURS[seen.indexOf(siteId) % COLOURS.length] ?? '#8a94ad';
}
