// The contract of every carrier, for all adapters.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { OrderId, Sku } from '@holdfast/kernel';
import type { Parcel } from '@holdfast/shipping';
import type { Carrier } from '../carrier.js';

export type CarrierBench = {
  readonly carrier: Carrier;
  /** The next request takes effect, and its response is lost. */
  loseNextAnswer(): void;
  goDown(isDown: boolean): void;
  /** The carrier scans a label. */
  scan(trackingNumber: string, code: string): Promise<void>;
  /** the webhooks received so far, byte for byte */
  webhooks(): readonly {
    readonly body: Uint8Array;
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  }[];
  /** number of labels that the carrier has of the order */
  count(orderId: OrderId): number;
  passMs(ms: number): void;
  close(): Promise<void>;
};

const orderId = OrderId('o-1');
const parcel = (country = 'NL'): Parcel => ({
  stock: [{ sku: Sku('TEA'), quantity: 2 }],
  shippingAddress: { name: 'Ada', line1: 'High St 1', city: 'Utrecht', postalCode: '3511', country },
});

/** `XX` is a country that the carrier does not serve. */
export function describeCarrier(name: string, open: () => Promise<CarrierBench>): void {
  let bench: CarrierBench;
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(() => bench.close());
  const make = (of = orderId, country?: string) =>
    bench.carrier.makeLabel({ orderId: of, parcel: parcel(country) });
  const numberOf = async (of = orderId): Promise<string> => {
    const outcome = await make(of);
    return outcome.kind === 'made' ? outcome.trackingNumber : '';
  };

  describe(`${name}: a label`, () => {
    test('has a tracking number of its own, and a repeated request makes no second one', async () => {
      const [first, again, other] = [await numberOf(), await numberOf(), await numberOf(OrderId('o-2'))];
      expect(first).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
      expect(again).toBe(first);
      expect(other).not.toBe(first);
      expect(bench.count(orderId)).toBe(1);
    });
    test('whose response was lost is the same after a repeated request', async () => {
      bench.loseNextAnswer();
      expect(await make()).toMatchObject({ kind: 'unavailable' });
      expect(await make()).toMatchObject({ kind: 'made' });
      expect(bench.count(orderId)).toBe(1);
    });
    test('is unavailable while the carrier is away', async () => {
      bench.goDown(true);
      expect(await make()).toMatchObject({ kind: 'unavailable' });
      bench.goDown(false);
      expect(await make()).toMatchObject({ kind: 'made' });
    });
    test('for an address that the carrier does not serve is refused', async () => {
      expect(await make(orderId, 'XX')).toEqual({ kind: 'refused', code: 'address_not_served' });
    });
    test('that is voided is not made again, also when the void came first', async () => {
      await make();
      expect(await bench.carrier.voidLabel(orderId)).toEqual({ kind: 'voided' });
      expect(await bench.carrier.voidLabel(orderId)).toEqual({ kind: 'voided' });
      expect(await make()).toEqual({ kind: 'voided' });
      const other = OrderId('o-2');
      expect(await bench.carrier.voidLabel(other)).toEqual({ kind: 'voided' });
      expect(await make(other)).toEqual({ kind: 'voided' });
    });
    test('of a parcel that was scanned is not voided any more', async () => {
      await bench.scan(await numberOf(), 'IN_TRANSIT');
      expect(await bench.carrier.voidLabel(orderId)).toMatchObject({ kind: 'refused' });
    });
  });

  describe(`${name}: a scan`, () => {
    test('is reported by a signed webhook', async () => {
      const trackingNumber = await numberOf();
      await bench.scan(trackingNumber, 'DELIVERED');
      const [webhook] = bench.webhooks();
      expect(webhook && bench.carrier.readScan(webhook.body, webhook.headers)).toMatchObject({
        kind: 'notice',
        notice: { trackingNumber, code: 'DELIVERED' },
      });
    });
    test('with a wrong signature, none, or another body is refused', async () => {
      await bench.scan(await numberOf(), 'DELIVERED');
      const [{ body, headers } = { body: Buffer.alloc(0), headers: {} }] = bench.webhooks();
      const forged = Buffer.from(Buffer.from(body).toString('utf8').replace('DELIVERED', 'LOST'));
      expect(bench.carrier.readScan(forged, headers)).toMatchObject({ kind: 'refused' });
      expect(bench.carrier.readScan(body, {})).toMatchObject({ kind: 'refused' });
      const signed = Object.fromEntries(
        Object.entries(headers).map(([header, value]) => [
          header,
          typeof value === 'string' ? value.replace(/[0-9a-f]{8}$/, '00000000') : value,
        ]),
      );
      expect(bench.carrier.readScan(body, signed)).toMatchObject({ kind: 'refused' });
    });
    test('that was recorded and is replayed much later is refused', async () => {
      await bench.scan(await numberOf(), 'DELIVERED');
      const [{ body, headers } = { body: Buffer.alloc(0), headers: {} }] = bench.webhooks();
      bench.passMs(60 * 60 * 1000);
      expect(bench.carrier.readScan(body, headers)).toMatchObject({ kind: 'refused' });
    });
  });
}
