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
  'guestEmail',
  'email',
  'cardToken',
  'card',
  'returnUrl',
  'url',
  'preferences',
]);
const isId = (key: string): boolean => /(^id|Id|Ids|^sku|^code|Number)$/.test(key);
const isAddress = (value: Json): boolean => typeof value === 'object' && value !== null && 'line1' in value;

type Field = { readonly key: string; readonly value: Json; readonly beside: object };

/** A name beside a SKU is that of a product. Any other is a person's. */
const isPersonal = ({ key, value, beside }: Field): boolean =>
  personal.has(key) || isAddress(value) || (key === 'name' && !('sku' in beside));

const isNoId = ({ key, value }: Field): boolean => !isId(key) && typeof value !== 'object';

const hidden = '(not shown)';

export function masked(data: object, masking: Masking): object {
  switch (masking) {
    case 'full':
      return data;
    case 'masked':
      return partsOf(data, isPersonal);
    case 'ids':
      return partsOf(data, isNoId);
  }
}

/** Returns the data without hidden values, at any depth. */
function partsOf(data: object, hides: (field: Field) => boolean): { readonly [key: string]: Json } {
  const shown = (key: string, value: Json): Json => {
    if (value === null) return null;
    if (hides({ key, value, beside: data })) return hidden;
    // Each part of a list is a field of its own, under the name of the list.
    if (Array.isArray(value)) return value.map((part: Json) => shown(key, part));
    return typeof value === 'object' ? partsOf(value, hides) : value;
  };
  const fields = Object.entries(data) as readonly (readonly [string, Json])[];
  return Object.fromEntries(fields.map(([key, value]) => [key, shown(key, value)]));
}
