import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ocaWith, testFile, tokenFor } from '../testing/oca-fixture.ts';
import { type Answer, type Rendered, readAll, readJson, renderers } from '../testing/renderers.ts';
import { workersRenderers } from '../testing/workers-fixture.ts';

const file = testFile(100_000);
const { fileId } = file.entry;
const old = tokenFor('film', -1000);
const fresh = tokenFor();

describe.each([...renderers, ...workersRenderers])('a fresh token in the query, at an OCA $name', ({ host, disks }) => {
  let rendered: Rendered;
  const ask = (token: string, query = ''): Promise<Answer> => rendered.ask({ target: `/${token}/${fileId}${query}` });
  const codeOf = async (answer: Promise<Answer>) => (await readJson(await answer)).error?.code;

  beforeEach(async () => {
    rendered = await host(await ocaWith([file], disks ? { disks: await disks() } : {}));
  });
  afterEach(() => rendered.close());

  it('takes the place of the one in the path, wherever it stands', async () => {
    expect(await codeOf(ask(old))).toBe('token/expired');
    for (const query of [`?token=${fresh}`, `?.mp4&token=${fresh}`, `?CMCD=bl%3D1&token=${fresh}&x=1`]) {
      const answer = await ask(old, query);
      expect(answer.status, query).toBe(200);
      expect(Buffer.compare(await readAll(answer), file.bytes), query).toBe(0);
    }
  });

  it('opens no more than it would in the path, and is judged alone', async () => {
    expect(await codeOf(ask(fresh, `?token=${old}`))).toBe('token/expired');
    expect(await codeOf(ask(fresh, `?token=${tokenFor('other')}`))).toBe('token/wrong-title');
    const altered = `${fresh.slice(0, -1)}${fresh.endsWith('0') ? '1' : '0'}`;
    expect(await codeOf(ask(old, `?token=${altered}`))).toBe('token/bad-signature');
  });

  it('that is none, or has another name, is no token', async () => {
    for (const query of [
      '?token=',
      '?token=%2e%2e',
      `?tokens=${fresh}`,
      `?mytoken=${fresh}`,
      `?token=${'a'.repeat(300)}`,
    ]) {
      expect(await codeOf(ask(old, query)), query).toBe('token/expired');
      expect((await ask(fresh, query)).status, query).toBe(200);
    }
  });
});
