import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

const HALF_A_SECOND = 0.5;

test.describe('the control room', () => {
  test('a person presses play, kills the OCA that streams, and the film goes on', async ({ page, fleet }) => {
    await page.setViewportSize({ width: 1440, height: 1100 });
    await page.goto(fleet.controlUrl ?? '');
    await page.locator('.big-play:not([disabled])').click();

    const streaming = page.locator('.oca.streams');
    await expect(streaming).toHaveCount(1);
    await expect(page.locator('event-log')).toContainText('granted');
    // Seen and pressed at once: where the machine is busy the player may move meanwhile.
    const killed = await streaming.getByRole('button', { name: 'Kill' }).evaluate((button: HTMLElement) => {
      button.click();
      return button.closest<HTMLElement>('.oca')?.dataset.oca;
    });

    await expect(page.locator(`[data-oca="${killed}"]`)).toContainText('killed');
    // Not the latest one, on a machine so busy that the player moves on.
    await expect(page.locator('event-log .handover', { hasText: `Hand-over ${killed}` }).first()).toBeVisible();
    await expect(streaming).not.toHaveAttribute('data-oca', killed ?? '');
    const before = await currentTime(page);
    await expect.poll(() => currentTime(page)).toBeGreaterThan(before + HALF_A_SECOND);
    await page.screenshot({ path: test.info().outputPath('control-room.png') });
    await page.close();
  });

  test('a cut region is shown, and the next play comes from another one', async ({ page, fleet }) => {
    await page.goto(fleet.controlUrl ?? '');
    const first = page.locator('region-bar li').first();
    await first.getByRole('button', { name: 'Cut' }).click();
    await expect(first).toContainText('cut');
    await page.locator('.big-play:not([disabled])').click();
    await expect(page.locator('region-bar li').nth(1)).toContainText('answered this play');
    await expect.poll(() => currentTime(page)).toBeGreaterThan(HALF_A_SECOND);
    await first.getByRole('button', { name: 'Restore' }).click();
    await expect(first.getByRole('button', { name: 'Cut' })).toBeVisible();
    await page.close();
  });

  test('a fault is switched on and off again', async ({ page, fleet }) => {
    await page.goto(fleet.controlUrl ?? '');
    const oca = page.locator('[data-oca="core-1-a"]');
    await oca.getByRole('button', { name: 'Slow' }).click();
    await expect(oca.getByRole('button', { name: 'Slow' })).toHaveAttribute('aria-pressed', 'true');
    await expect(oca).toContainText('slow');
    await oca.getByRole('button', { name: 'Slow' }).click();
    await expect(oca).toContainText('healthy');
    await page.close();
  });

  test('on a phone nothing is wider than the screen', async ({ page, fleet }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(fleet.controlUrl ?? '');
    await expect(page.locator('.oca')).toHaveCount(12);
    const widthPx = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(widthPx).toBeLessThanOrEqual(390);
    await page.screenshot({ path: test.info().outputPath('control-room-phone.png') });
    await page.close();
  });
});

function currentTime(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelector('video')?.currentTime ?? 0);
}
