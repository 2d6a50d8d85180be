// The bridge to Kafka on the console's page of projections, while Kafka is away.
import { expect, test } from '@jest/globals';
import { seriousOn } from '../test/axe.js';
import { signInAt } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';

const { describe, visitor } = usePages('bridge', 'the bridge', { KAFKA_BROKERS: '127.0.0.1:1' });

describe('an operator of a shop whose Kafka is away', () => {
  test(
    'sees that the bridge is faulted, why, and how much waits; its parked events are a link away',
    async () => {
      const { page } = await visitor();
      await page.goto('/console/projections');
      await signInAt(page, 'operator@demo.example', 'demo-operator');
      const bridge = page.getByRole('region', { name: 'Bridge to Kafka' });
      await bridge.getByText('Faulted', { exact: true }).waitFor();
      await bridge.getByText(/^Kafka at 127\.0\.0\.1:1: it is away/).waitFor();
      await bridge.getByText('at least once, JSON', { exact: true }).waitFor();
      expect(Number(await bridge.getByRole('cell').nth(3).textContent())).toBeGreaterThan(0);
      expect(await seriousOn(page)).toEqual([]);
      await bridge.getByRole('link', { name: '0', exact: true }).click();
      await page.waitForURL('**/console/parked?consumer=reactor-bridge');
    },
    testMs,
  );
});
