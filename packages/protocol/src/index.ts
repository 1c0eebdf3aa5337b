/** Schemas as values, their types as plain interfaces of the same name under `messages`, and the wire's small functions. */
export * as messages from './messages.generated.ts';
export * as schemas from './schemas.ts';
export * from './wire.ts';
