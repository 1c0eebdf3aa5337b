import type { Revocation } from '@pressplay/protocol/messages';
import { expect, it } from 'vitest';
import { REVOCATIONS_AT_ONCE, type Store } from '../store/store.ts';

const HOUR_MS = 3600 * 1000;

/** How a store keeps what was called back. */
export function revocationConformance(open: () => Promise<Store>, reopen: (store: Store) => Promise<Store>): void {
  const ofToken = (id: string, madeAtMs: number, expiresAtMs: number): Revocation => ({
    kind: 'token',
    id,
    reason: 'Ætt & "quotes"',
    madeAtMs,
    expiresAtMs,
  });

  it('gives tokens that were called back in that order, and again what was called back again', async () => {
    const store = await open();
    const other = await reopen(store);
    expect(await store.revocationsSince(0)).toEqual([]);
    const [a, b] = [ofToken('same', 10, 2e15), { ...ofToken('same', 20, 2e15), kind: 'account' as const }];
    await store.putRevocation(a);
    await other.putRevocation({ ...b, issuedBeforeMs: 20 });
    const first = await store.revocationsSince(0);
    expect(first.map(({ revocation }) => revocation)).toEqual([a, { ...b, issuedBeforeMs: 20 }]);
    const last = first.at(-1)?.revision ?? Number.NaN;
    expect(last).toBeGreaterThan(first[0]?.revision ?? Number.NaN);
    expect(await other.revocationsSince(last)).toEqual([]);
    const again = { ...a, reason: 'stolen', madeAtMs: 30 };
    await store.putRevocation(again);
    expect((await other.revocationsSince(last)).map(({ revocation }) => revocation)).toEqual([again]);
    expect((await other.revocationsSince(0)).map(({ revocation }) => revocation.kind)).toEqual(['account', 'token']);
  });

  it('what is called back stays so: of two times the later one counts', async () => {
    const store = await open();
    const revocation = { ...ofToken('a', 10, 2e15), kind: 'account' as const, issuedBeforeMs: 1000 };
    await store.putRevocation(revocation);
    await store.putRevocation({ ...revocation, madeAtMs: 20, issuedBeforeMs: 500, expiresAtMs: 2e15 - 500 });
    const kept = (await store.revocationsSince(0)).map((stored) => stored.revocation);
    expect(kept).toEqual([{ ...revocation, madeAtMs: 20 }]);
    await store.putRevocation({ ...revocation, madeAtMs: 30, issuedBeforeMs: 2000, expiresAtMs: 2e15 + 1000 });
    const later = (await store.revocationsSince(0)).map((stored) => stored.revocation);
    expect(later).toEqual([{ ...revocation, madeAtMs: 30, issuedBeforeMs: 2000, expiresAtMs: 2e15 + 1000 }]);
  });

  it('drops what has expired, and counts on from there', async () => {
    const store = await open();
    const nowMs = await store.wallMs();
    await store.putRevocation(ofToken('short', 1, Math.round(nowMs - HOUR_MS)));
    await store.putRevocation(ofToken('long', 1, Math.round(nowMs + HOUR_MS)));
    const [, long] = await store.revocationsSince(0);
    expect(await store.forgetRevocations()).toBe(1);
    expect(await store.revocationsSince(0)).toEqual([long]);
    await store.putRevocation(ofToken('next', 1, Math.round(nowMs + HOUR_MS)));
    expect(await store.revocationsSince(long?.revision ?? Number.NaN)).toHaveLength(1);
  });

  it('gives every one its own revision when many come at once, and no more at once than was said', async () => {
    const store = await open();
    const other = await reopen(store);
    const count = REVOCATIONS_AT_ONCE + 5;
    for (let from = 0; from < count; from += 67)
      await Promise.all(
        Array.from({ length: Math.min(67, count - from) }, (_, i) =>
          (i % 2 ? store : other).putRevocation(ofToken(`token-${from + i}`, 1, 2e15)),
        ),
      );
    const page = await store.revocationsSince(0);
    expect(page).toHaveLength(REVOCATIONS_AT_ONCE);
    const rest = await store.revocationsSince(page.at(-1)?.revision ?? Number.NaN);
    const revisions = [...page, ...rest].map(({ revision }) => revision);
    expect(new Set(revisions).size).toBe(count);
    expect(revisions).toEqual([...revisions].sort((one, next) => one - next));
  });
}
