/** Something ffmpeg opens: a file, or a graph of its own sources. */
export interface MediaInput {
  /** For people: a path or a name. */
  readonly label: string;
  /** Everything up to and with `-i`. */
  readonly inputArguments: readonly string[];
  /** The same streams with a cheaper picture, where sound alone is wanted. */
  readonly soundArguments?: readonly string[];
  /** Where the input itself does not end or does not say how long it is. */
  readonly durationMs?: number;
}

/** `file:` keeps a name like `concat:a|b` or `-x.mp4` from being read as a protocol or an option. */
export function fileInput(path: string): MediaInput {
  return { label: path, inputArguments: ['-i', `file:${path}`] };
}
