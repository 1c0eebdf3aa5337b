export * from './schemas/control-room.ts';
export * from './schemas/errors.ts';
export * from './schemas/faults.ts';
export * from './schemas/fleet.ts';
export * from './schemas/play.ts';
export * from './schemas/primitives.ts';
export * from './schemas/telemetry.ts';
export * from './schemas/title.ts';
