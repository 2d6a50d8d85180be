// The settings of the carrier.
import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../settings.js';

describe('settings', () => {
  test('a carrier in production needs secrets of its own, and without a carrier no label is made there', () => {
    const production = {
      NODE_ENV: 'production',
      JWT_SECRET: 'abcdefghijklmnopqrstuvwxyz0123456789',
      EMAIL_KEY: 'zyxwvutsrqponmlkjihgfedcba9876543210',
      SHOP_URL: 'https://shop.example',
    };
    expect(() => readSettings({ ...production, CARRIER_URL: 'https://carrier.example' })).toThrow(
      /CARRIER_API_KEY: is needed in production/,
    );
    const url = 'https://carrier.example/';
    const secrets = { CARRIER_API_KEY: 'key', CARRIER_WEBHOOK_SECRET: 'secret' };
    expect(readSettings({ ...production, ...secrets, CARRIER_URL: url }).carrier).toEqual({
      url: 'https://carrier.example',
      apiKey: 'key',
      webhookSecret: 'secret',
    });
    expect(readSettings(production).carrier).toBeNull();
  });
});
