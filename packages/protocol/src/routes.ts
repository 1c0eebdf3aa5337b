/** Addresses, prefixes, and what a router says of its routes. */
export {
  type Address,
  type AddressWords,
  maskWords,
  type Prefix,
  parseAddress,
  parsePrefix,
  prefixText,
  WORD_BITS,
  widthOf,
} from './routes/address.ts';
export {
  type LearnedRoute,
  type ReadRoutes,
  type RouteFormat,
  readRoutes,
} from './routes/read-routes.ts';
