export { type SyntheticTitle, synthesizeTitle, type TitleRecipe } from '../simulation/media.ts';
export { type InMemoryFleet, type InMemoryFleetOptions, startInMemoryFleet } from './in-memory-fleet.ts';
export { type InMemoryServer, mswHandlers } from './msw-handlers.ts';
