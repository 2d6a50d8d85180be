// How much money staff may give back at once, by their roles.
import type { ApiSettings } from '../dependencies.js';
import type { Viewer } from '../people/viewer.js';

/** The largest single refund of the viewer, in minor units of any currency. */
export const refundLimitOf = (
  { roles }: Viewer,
  { supportRefundLimit = Infinity }: Pick<ApiSettings, 'supportRefundLimit'>,
): number => (roles.includes('ADMIN') ? Infinity : supportRefundLimit);
