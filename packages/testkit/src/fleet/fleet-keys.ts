import { createHmac } from 'node:crypto';

/** What the processes of one fleet share, all derived from its one secret. */
export interface FleetKeys {
  /** Signs media URLs. */
  readonly urlKey: string;
  /** Bearer token of operators towards the regions. */
  readonly operatorToken: string;
  /** Bearer token towards the control routes of OCAs. */
  readonly controlToken: string;
  /** Key of the accounts' API tokens. */
  readonly accountsKey: string;
  /** Bearer token of one OCA towards the regions. */
  ocaTokenFor(ocaId: string): string;
}

export function fleetKeys(secret: string): FleetKeys {
  const derive = (purpose: string) => createHmac('sha256', secret).update(purpose).digest('hex');
  return {
    urlKey: derive('media-urls'),
    operatorToken: derive('operator'),
    controlToken: derive('control'),
    accountsKey: derive('accounts'),
    ocaTokenFor: (ocaId) => derive(`oca:${ocaId}`),
  };
}
