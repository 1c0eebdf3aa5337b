export { type ClockHarness, clockCases } from './clock-conformance.ts';
export { type ConformanceCase, check, checkEqual, conformanceCase, rejection } from './conformance.ts';
export { type HttpClientHarness, httpClientCases } from './http-client-conformance.ts';
export { type MediaEngineHarness, mediaEngineCases } from './media-engine-conformance.ts';
export { type RegionManner, SampleNetwork, sampleByte } from './sample-network.ts';
export { type SampleShape, samplePlayResponse } from './sample-play.ts';
export * from './scripted-http.ts';
export { seededRandom } from './seeded-random.ts';
export { VirtualClock } from './virtual-clock.ts';
