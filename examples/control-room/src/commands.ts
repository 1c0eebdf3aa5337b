import type { Fault } from '@pressplay/protocol/messages';

/** What a person chose to watch, and whose customer he claims to be. */
export interface PlayChoice {
  readonly titleId: string;
  readonly clientAddress: string;
}

/** What a person asked of the fleet. */
export type FleetCommand =
  | {
      readonly kind: 'process';
      readonly what: 'ocas' | 'regions';
      readonly id: string;
      readonly action: 'kill' | 'restart';
    }
  | { readonly kind: 'faults'; readonly id: string; readonly faults: readonly Fault[] };

/** Asks the page to perform a command. */
export function sendCommand(from: HTMLElement, command: FleetCommand): void {
  from.dispatchEvent(new CustomEvent('fleet-command', { detail: command, bubbles: true }));
}
