// How much money staff may give back at once, by their roles.
import type { ApiSettings } from '../dependencies.js';
import type { Viewer } from '../people/people.js';

/** The most that the viewer may refund at once, in minor units of whichever currency. */
export const refundLimitOf = (
  { roles }: Viewer,
  { supportRefundLimit = Infinity }: Pick<ApiSettings, 'supportRefundLimit'>,
): number => (roles.includes('ADMIN') ? Infinity : supportRefundLimit);
