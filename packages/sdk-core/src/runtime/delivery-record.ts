import { countBytes, NO_BYTES } from '../delivery/byte-accounts.ts';
import type { ByteAccounts, LedgerEntry } from '../delivery/ledger.ts';
import type { PlayerLedger } from '../player-events.ts';

/** The ledger of one play: entries are only ever appended, each byte is counted in one account. */
export class DeliveryRecord {
  readonly #entries: LedgerEntry[] = [];
  readonly #byServer: Record<string, number> = {};
  #bytes: ByteAccounts = NO_BYTES;
  #reusedBytes = 0;

  append(entry: LedgerEntry): void {
    this.#entries.push(entry);
  }

  countDelivered(ocaId: string, bytes: number): void {
    this.count('deliveredBytes', bytes);
    this.#byServer[ocaId] = (this.#byServer[ocaId] ?? 0) + bytes;
  }

  count(account: keyof ByteAccounts, bytes: number): void {
    this.#bytes = countBytes(this.#bytes, account, bytes);
  }

  /** Delivered from memory: counted when they were received. */
  countReused(bytes: number): void {
    this.#reusedBytes += bytes;
  }

  /** These were delivered for media that other media replaces now. */
  countReplaced(bytes: number): void {
    const replacedBytes = Math.min(bytes, this.#bytes.deliveredBytes);
    this.count('deliveredBytes', -replacedBytes);
    this.count('replacedBytes', replacedBytes);
  }

  get bytes(): ByteAccounts {
    return this.#bytes;
  }

  /** Delivered by each server, in answers that still run too. */
  get bytesByServer(): Readonly<Record<string, number>> {
    return this.#byServer;
  }

  snapshot(): PlayerLedger {
    return { entries: [...this.#entries], bytes: this.#bytes, reusedBytes: this.#reusedBytes };
  }
}
