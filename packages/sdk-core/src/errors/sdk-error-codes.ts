/** Errors that arise in the SDK itself. The control plane's own codes (protocol: `PLAY_API_ERRORS`) pass through unchanged. */
export const SDK_ERROR_CODES = [
  /** Every region failed or could not be reached. */
  'region/unreachable',
  /** A region answered with something that is not the contract. */
  'region/bad-response',
  /** Every server of the play failed for a range. */
  'delivery/no-server-left',
  /** The servers refuse the token: expired, and the renewal did not help. */
  'delivery/token-expired',
  /** The servers refuse the token: altered or made for another title. */
  'delivery/token-rejected',
  /** The range does not exist in the file. */
  'delivery/range-unsatisfiable',
  /** The index file of a long film came damaged, from one server after the other. */
  'delivery/bad-index',
  /** The engine could not decode the media. */
  'media/decode',
  /** The device cannot play what the title offers. */
  'media/unsupported',
  /** A call that the player's state does not allow, or with a wrong argument. */
  'player/invalid-call',
] as const;

export type SdkErrorCode = (typeof SDK_ERROR_CODES)[number];
