export * from './wire/checksum.ts';
export * from './wire/error-codes.ts';
export * from './wire/etag.ts';
export * from './wire/index-file.ts';
export * from './wire/media-token.ts';
export * from './wire/media-url.ts';
export * from './wire/qoe-keys.ts';
