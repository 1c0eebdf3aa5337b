/** The demo's fleet file. Fleets of real processes: `./fleet`; the same fleet in virtual time: `./simulation`. */
export { DEMO_CLIENTS, DEMO_FLEET, type FleetPlacement, placeFleet } from './demo-fleet.ts';
