import type { ByteAccounts } from './ledger.ts';

export const NO_BYTES: ByteAccounts = {
  deliveredBytes: 0,
  lostBytes: 0,
  racedBytes: 0,
  replacedBytes: 0,
  probeBytes: 0,
};

export function countBytes(accounts: ByteAccounts, account: keyof ByteAccounts, bytes: number): ByteAccounts {
  return bytes === 0 ? accounts : { ...accounts, [account]: accounts[account] + bytes };
}
