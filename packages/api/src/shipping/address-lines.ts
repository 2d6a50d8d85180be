// The lines of an address on paper: invoices and labels.
import type { Address } from '@holdfast/ordering';

/** Without empty lines, and without a gap where an address has no postal code. */
export const linesOfAddress = ({
  name,
  line1,
  line2 = '',
  city,
  postalCode,
  country,
}: Address): readonly string[] =>
  [name, line1, line2, `${postalCode} ${city}`.trim(), country].filter((line) => line.trim() !== '');
