import { countBytes, NO_BYTES } from '../delivery/byte-accounts.ts';
import type { ByteAccounts, LedgerEntry } from '../delivery/ledger.ts';
import type { PlayerLedger } from '../player-events.ts';

/** The ledger of one play: entries are only ever appended, each byte is counted in one account. */
export class DeliveryRecord {
  readonly #entries: LedgerEntry[] = [];
  readonly #byServer: Record<string, number> = {};
  #bytes: ByteAccounts = NO_BYTES;

  append(entry: LedgerEntry): void {
    this.#entries.push(entry);
    const { ocaId, requestedFrom, deliveredTo } = entry;
    if (deliveredTo > requestedFrom)
      this.#byServer[ocaId] = (this.#byServer[ocaId] ?? 0) + deliveredTo - requestedFrom;
  }

  count(account: keyof ByteAccounts, bytes: number): void {
    this.#bytes = countBytes(this.#bytes, account, bytes);
  }

  get bytes(): ByteAccounts {
    return this.#bytes;
  }

  /** Delivered by each server in the answers that are over. */
  get bytesByServer(): Readonly<Record<string, number>> {
    return this.#byServer;
  }

  snapshot(): PlayerLedger {
    return { entries: [...this.#entries], bytes: this.#bytes };
  }
}
