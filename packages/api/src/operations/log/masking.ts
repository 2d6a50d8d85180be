// The part of an event's data that a viewer sees: all of it, all but personal data, or only ids.
import type { Json } from '@holdfast/kernel';
import type { Viewer } from '../../people/viewer.js';

type Masking = 'full' | 'masked' | 'ids';

export function maskingFor(viewer: Viewer | null): Masking {
  const roles = viewer?.roles ?? [];
  if (roles.includes('ADMIN') || roles.includes('OPERATOR')) return 'full';
  return roles.includes('SUPPORT') ? 'masked' : 'ids';
}

/** Fields that identify or locate a person, or would let another person pay. */
const personal: ReadonlySet<string> = new Set([
  'shippingAddress',
  'billingAddress',
  'guestEmail',
  'email',
  'cardToken',
  'card',
  'returnUrl',
  'preferences',
]);
const isId = (key: string): boolean => /(^id|Id|Ids|^sku|^code|Number)$/.test(key);

const hidden = '(not shown)';

export function masked(data: object, masking: Masking): object {
  switch (masking) {
    case 'full':
      return data;
    case 'masked':
      return mapped(data, (key) => personal.has(key)) as object;
    case 'ids':
      return mapped(
        data,
        (key, value) => !isId(key) && (typeof value !== 'object' || value === null),
      ) as object;
  }
}

/** Returns the data without hidden values, at any depth. */
function mapped(value: unknown, hides: (key: string, value: unknown) => boolean): Json {
  if (Array.isArray(value)) return value.map((part) => mapped(part, hides));
  if (typeof value !== 'object' || value === null) return value as Json;
  const parts = Object.entries(value).map(([key, part]: [string, unknown]): [string, Json] => [
    key,
    part !== null && hides(key, part) ? hidden : mapped(part, hides),
  ]);
  return Object.fromEntries(parts);
}
