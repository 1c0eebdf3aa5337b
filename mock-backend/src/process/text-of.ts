const BYTE_ORDER_MARK = 0xfeff;

/** As `Request` reads it: in UTF-8, without a mark of the byte order. */
export function textOf(bytes: Buffer, from = 0): string {
  const text = bytes.toString('utf8', from);
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}
