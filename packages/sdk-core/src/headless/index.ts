/** The engine without a picture: for Node, tests and simulation. Apart from the core, so that browsers do not load it. */
export { HeadlessEngine } from './headless-engine.ts';
