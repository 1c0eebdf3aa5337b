// What the tests use of two parsers that bring no types.
declare module 'm3u8-parser' {
  interface ByteRange {
    readonly length: number;
    readonly offset: number;
  }
  export interface ParsedPlaylist {
    readonly endList?: boolean;
    readonly targetDuration?: number;
    readonly playlistType?: string;
    readonly contentSteering?: { readonly serverUri: string; readonly pathwayId: string };
    readonly segments: readonly {
      readonly uri: string;
      readonly duration: number;
      readonly byterange: ByteRange;
      readonly map: { readonly uri: string; readonly byterange: ByteRange };
    }[];
    readonly playlists?: readonly {
      readonly uri: string;
      readonly attributes: Readonly<Record<string, unknown>> & {
        readonly RESOLUTION?: { readonly width: number; readonly height: number };
        readonly SUBTITLES?: string;
      };
    }[];
    readonly mediaGroups?: {
      readonly AUDIO: Readonly<
        Record<
          string,
          Readonly<Record<string, { readonly uri: string; readonly language?: string; readonly default: boolean }>>
        >
      >;
      readonly SUBTITLES?: Readonly<
        Record<
          string,
          Readonly<
            Record<
              string,
              {
                readonly uri: string;
                readonly language?: string;
                readonly default?: boolean;
                readonly forced?: boolean;
                readonly characteristics?: string;
              }
            >
          >
        >
      >;
    };
  }
  export class Parser {
    readonly manifest: ParsedPlaylist;
    push(text: string): void;
    end(): void;
  }
}

declare module 'mpd-parser' {
  export interface ParsedRepresentation {
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly segments: readonly {
      readonly resolvedUri: string;
      readonly duration: number;
      readonly byterange: { readonly length: number; readonly offset: number };
      readonly map: {
        readonly resolvedUri: string;
        readonly byterange: { readonly length: number; readonly offset: number };
      };
    }[];
  }
  export function parse(
    text: string,
    options: { readonly manifestUri: string },
  ): {
    readonly duration: number;
    readonly endList: boolean;
    readonly contentSteering?: {
      readonly serverURL: string;
      readonly defaultServiceLocation: string;
      readonly queryBeforeStart: boolean;
    };
    readonly playlists: readonly ParsedRepresentation[];
    readonly mediaGroups: {
      readonly AUDIO: Readonly<
        Record<
          string,
          Readonly<Record<string, { readonly language: string; readonly playlists: readonly ParsedRepresentation[] }>>
        >
      >;
      readonly SUBTITLES?: Readonly<
        Record<
          string,
          Readonly<
            Record<
              string,
              { readonly language: string; readonly playlists: readonly { readonly resolvedUri: string }[] }
            >
          >
        >
      >;
    };
  };
}
