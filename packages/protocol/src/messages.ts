export type * from './messages.generated.ts';
