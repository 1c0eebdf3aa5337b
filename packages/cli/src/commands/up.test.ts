import { expect, it, vi } from 'vitest';
import { databaseOf } from './up.ts';

it('takes the database that is named, else the one that npm brings; a password is never shown', () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  expect(databaseOf(undefined)).toBe('embedded');
  expect(databaseOf('')).toBe('embedded');
  const url = 'postgres://me:hidden@db.example:5432/pressplay';
  expect(databaseOf(url)).toEqual({ url });
  expect(printed.mock.calls.flat()).toEqual(['Database: db.example:5432/pressplay']);
  printed.mockRestore();
  expect(() => databaseOf('mysql://db.example')).toThrow('postgres://user@host:5432/name');
});
