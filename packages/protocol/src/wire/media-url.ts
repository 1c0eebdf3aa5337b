/** `{baseUrl}/{token}/{fileId}`: relative names inherit the token, the query stays free for CMCD, no header is needed. */
export function mediaUrl(baseUrl: string, token: string, fileId: string): string {
  return `${baseUrl}/${token}/${fileId}`;
}

/** The header that carries a browser client's address; believed only by a backend started with `--trust-client-address`. */
export const CLIENT_ADDRESS_HEADER = 'Pressplay-Client-Address';

/** Response headers that OCAs expose to scripts. */
export const EXPOSED_HEADERS = 'ETag, Content-Range, Content-Length, Retry-After, CMSD-Static, CMSD-Dynamic';
