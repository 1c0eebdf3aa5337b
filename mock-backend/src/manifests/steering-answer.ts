import type { PathwayClone, SteeringManifest } from '@pressplay/protocol/messages';
import { differByHost, type Pathway } from './pathways.ts';
import type { SteeringState } from './steering-state.ts';

/** Where a pathway's playlists are under a fresh token, by stable id. */
export interface PathwayUris {
  readonly variants: Readonly<Record<string, string>>;
  readonly renditions: Readonly<Record<string, string>>;
}

export interface SteeringQuestion {
  /** What steering chose now, best first; empty where nobody is left. */
  readonly ranked: readonly Pathway[];
  /** As it is to go on. */
  readonly state: SteeringState;
  /** Of the first OCA that the manifest names; undefined where nobody knows it any more. */
  readonly cloneBaseUrl: string | undefined;
  /**
   * What the player takes as the host of a clone: hls.js and Shaka a bare name, dash.js everything between scheme and
   * path. `unknown` where it has not shown which it is.
   */
  readonly hostForm: 'bare' | 'authority' | 'unknown';
  /** Under the renewed token, for players that take URIs from clones. */
  readonly urisAt: (pathway: Pathway) => PathwayUris;
  /** The pathway's base under the renewed token, for dash.js, which takes no URIs from clones; undefined for HLS. */
  readonly dashBaseAt?: ((pathway: Pathway) => string) | undefined;
  readonly reloadUri: string;
  readonly ttlS: number;
}

/**
 * The steering manifest of RFC 8216bis and of ETSI TS 103 998, which is the same. OCAs that the manifest does not name
 * come as clones of its first one: one base for all, since hls.js mixes up the sounds of clones with different bases.
 */
export function steeringAnswer(question: SteeringQuestion): SteeringManifest {
  const { ranked, state, reloadUri, ttlS } = question;
  const clones: PathwayClone[] = [];
  const priority = ranked.flatMap((pathway): string[] => {
    if (!state.renewed && state.named.includes(pathway.ocaId)) return [pathway.ocaId];
    const clone = state.renewed ? renewedClone(pathway, question) : hostClone(pathway, question);
    if (!clone) return [];
    clones.push(clone);
    return [clone.ID];
  });
  return {
    VERSION: 1,
    TTL: ttlS,
    'RELOAD-URI': reloadUri,
    // A player without any pathway has nowhere to go: those of the manifest may be as good as none, but not worse.
    'PATHWAY-PRIORITY': priority.length > 0 ? priority : [...state.named],
    ...(clones.length > 0 && { 'PATHWAY-CLONES': clones }),
  };
}

function hostClone({ ocaId, baseUrl }: Pathway, question: SteeringQuestion): PathwayClone | undefined {
  const host = hostOf(baseUrl, question);
  const [base] = question.state.named;
  if (host === undefined || base === undefined) return undefined;
  return { 'BASE-ID': base, ID: ocaId, 'URI-REPLACEMENT': { HOST: host } };
}

/** A pathway's id stays its own for good, so a fresh token means a fresh id. */
function renewedClone(pathway: Pathway, question: SteeringQuestion): PathwayClone | undefined {
  const { state, urisAt, dashBaseAt } = question;
  const [base] = state.named;
  if (base === undefined) return undefined;
  const ids = { 'BASE-ID': base, ID: `${pathway.ocaId}.${state.tokenExpiresAtS.toString(16)}` };
  if (dashBaseAt) return { ...ids, 'URI-REPLACEMENT': { HOST: hostWithPath(dashBaseAt(pathway)) } };
  const { variants, renditions } = urisAt(pathway);
  const host = hostOf(pathway.baseUrl, question);
  return {
    ...ids,
    'URI-REPLACEMENT': {
      ...(host !== undefined && { HOST: host }),
      'PER-VARIANT-URIS': { ...variants },
      'PER-RENDITION-URIS': { ...renditions },
    },
  };
}

/**
 * dash.js puts scheme and path of the base around what stands here, and would do so around a whole address, too, but for the
 * scheme. The path of the base, with its old token, then is a query, and gone when a file's name is resolved. (`PARAMS`, the
 * proper place for a token, it forgets where a representation has a BaseURL of its own.)
 */
const hostWithPath = (baseUrl: string): string => `${baseUrl}?`;

/** Undefined where a host alone does not lead from the base of the clones to this OCA. */
function hostOf(baseUrl: string, { cloneBaseUrl, hostForm }: SteeringQuestion): string | undefined {
  if (cloneBaseUrl === undefined) return undefined;
  if (cloneBaseUrl !== baseUrl && !differByHost(cloneBaseUrl, baseUrl)) return undefined;
  const { hostname, host, port } = new URL(baseUrl);
  if (port === '') return hostname;
  return hostForm === 'unknown' ? undefined : hostForm === 'bare' ? hostname : host;
}
