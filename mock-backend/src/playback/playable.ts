import type { DeviceCapabilities, IndexFile } from '@pressplay/protocol/messages';
import type { Account } from '../accounts/account.ts';
import { ApiError } from '../api-error.ts';
import type { CatalogEntry } from '../catalog/catalog-entry.ts';
import type { KeptRendition, KeptTitle } from '../catalog/kept-title.ts';
import { pictureLimits } from '../licensing/picture-limits.ts';
import { RecentlyUsed } from '../recently-used.ts';
import { heardIn } from './languages.ts';
import { pickRenditions } from './pick-renditions.ts';
import { playBpsOf } from './play-bps.ts';

/** What plays of a title have in common on devices and plans that are alike. */
export interface Playable {
  readonly entry: CatalogEntry;
  /** What the device may play of it. */
  readonly renditionIds: readonly string[];
  readonly subtitles: NonNullable<KeptTitle['subtitles']>;
  /** Of the renditions, in their order, of all subtitles, of the index of a long film. */
  readonly fileIds: readonly string[];
  readonly playBps: number;
  /** Languages of its sound. */
  readonly heard: readonly string[];
  /** The renditions in JSON; a comma belongs between two pieces. */
  readonly pieces: readonly Uint8Array[];
  /** Of the answer, what is the title's. */
  readonly titleJson: string;
  /** The index file of a long film, up to its list of servers. */
  readonly indexFileJson: string | undefined;
  readonly indexFileId: string | undefined;
}

type Asking = Pick<Account, 'plan'>;

/** Titles in one half of the memory; each with one or two kinds of device, about 10 MB with both full. */
const TITLES_REMEMBERED = 4096;
/** Devices come in a few kinds. Whoever makes up others computes. */
const KINDS_A_TITLE = 32;

/** Made of the title's text where it was not asked for lately: plays hardly ever ask. */
export const renditionsOf = ({ entry, renditionIds }: Playable): readonly KeptRendition[] =>
  entry.title.renditions.filter(({ renditionId }) => renditionIds.includes(renditionId));

/** Finds what a device may play; computed once for each title and kind of device. */
export class PlayableShelf {
  readonly #titles = new RecentlyUsed<CatalogEntry, Map<string, Playable>>(TITLES_REMEMBERED);
  /** Of each device and plan what `kindOf` says. */
  readonly #kinds = new WeakMap<DeviceCapabilities, Map<Account['plan'], string>>();

  /** @throws ApiError where nothing is left. */
  find(entry: CatalogEntry, device: DeviceCapabilities, account: Asking): Playable {
    const kind = this.#kindOf(device, account);
    const kinds = this.#titles.get(entry) ?? new Map<string, Playable>();
    const known = kinds.get(kind);
    if (known) return known;
    const playable = playableOn(entry, device, account);
    if (kinds.size >= KINDS_A_TITLE) kinds.clear();
    kinds.set(kind, playable);
    this.#titles.set(entry, kinds);
    return playable;
  }

  #kindOf(device: DeviceCapabilities, asking: Asking): string {
    const kinds = this.#kinds.get(device) ?? new Map<Account['plan'], string>();
    const known = kinds.get(asking.plan);
    if (known !== undefined) return known;
    const kind = kindOf(device, asking);
    this.#kinds.set(device, kinds.set(asking.plan, kind));
    return kind;
  }
}

/** Everything that the choice depends on beside the title. */
const kindOf = (device: DeviceCapabilities, { plan }: Asking): string =>
  JSON.stringify([
    device.videoCodecs,
    device.audioCodecs,
    device.maxHeightPx,
    device.maxVideoBps,
    device.dynamicRanges,
    device.securityLevel,
    plan.maxHeightPx,
    plan.highDynamicRange,
  ]);

/** @throws ApiError where nothing is left. */
function playableOn(entry: CatalogEntry, device: DeviceCapabilities, { plan }: Asking): Playable {
  const { title, renditionJson } = entry;
  const limits = pictureLimits(plan, title.licence, device);
  const pick = pickRenditions(title.renditions, device, limits);
  const { titleId, name, durationMs, subtitles = [], indexFile } = title;
  if (pick.ok) {
    const { renditions } = pick;
    const ids = new Set(renditions.map(({ renditionId }) => renditionId));
    const files = [...renditions, ...subtitles, ...(indexFile ? [indexFile] : [])];
    return {
      entry,
      renditionIds: [...ids],
      subtitles,
      fileIds: sharedIds(
        entry,
        files.map(({ fileId }) => fileId),
      ),
      playBps: playBpsOf(renditions),
      heard: heardIn(renditions),
      pieces: renditionJson.pieces((id) => ids.has(id)),
      titleJson: `"titleId":"${titleId}","titleName":${JSON.stringify(name)},"durationMs":${durationMs}`,
      indexFileJson: indexFile && openIndexFileJson(indexFile),
      indexFileId: indexFile?.fileId,
    };
  }
  if (pick.why === 'not-permitted') {
    const { maxHeightPx, heightLimitedBy, highDynamicRange } = limits;
    const context = { titleId, limitedBy: heightLimitedBy, smallestHeightPx: pick.smallestHeightPx, highDynamicRange };
    const most = Number.isFinite(maxHeightPx) ? `pictures of up to ${maxHeightPx} lines` : 'no such picture';
    throw new ApiError(
      'title/no-playable-rendition',
      `The title has no picture small enough: ${heightLimitedBy === 'security-level' ? 'its licence permits this device' : 'the plan permits'} ${most}.`,
      { ...context, ...(Number.isFinite(maxHeightPx) && { maxHeightPx }) },
    );
  }
  throw new ApiError(
    'title/no-playable-rendition',
    `The device decodes none of the title's ${pick.kind} codecs: ${pick.codecs.join(', ')}.`,
    {
      titleId,
      kind: pick.kind,
      codecs: [...pick.codecs],
      deviceCodecs: pick.kind === 'video' ? device.videoCodecs : device.audioCodecs,
    },
  );
}

/** Mostly those of the title: then it is one list, and its texts are there once. */
function sharedIds({ fileIds }: CatalogEntry, picked: readonly string[]): readonly string[] {
  const known = new Map(fileIds.map((fileId) => [fileId, fileId]));
  const shared = picked.map((fileId) => known.get(fileId) ?? fileId);
  return shared.length === fileIds.length && shared.every((fileId, at) => fileId === fileIds[at]) ? fileIds : shared;
}

function openIndexFileJson({ sha256: _, ...file }: NonNullable<KeptTitle['indexFile']>): string {
  return `${JSON.stringify(file satisfies Omit<IndexFile, 'servers'>).slice(0, -1)},"servers":[`;
}
