// The countries where an address needs no postal code. The specs of the address check hold this list to the library that
// knows the forms of postal codes.

/**
 * By ISO 3166-1 alpha-2: the alpha-3 code and the English names of a country that has no postal codes, or where they may be
 * left out. Source: the forms of `postcode-validator` and the names of `i18n-iso-countries`.
 */
const withoutPostalCodes: Readonly<Record<string, readonly string[]>> = {
  AE: ['ARE', 'United Arab Emirates', 'UAE'],
  AG: ['ATG', 'Antigua and Barbuda'],
  AO: ['AGO', 'Angola'],
  AQ: ['ATA', 'Antarctica'],
  AW: ['ABW', 'Aruba'],
  BB: ['BRB', 'Barbados'],
  BF: ['BFA', 'Burkina Faso'],
  BH: ['BHR', 'Bahrain'],
  BI: ['BDI', 'Burundi'],
  BJ: ['BEN', 'Benin'],
  BO: ['BOL', 'Bolivia'],
  BQ: ['BES', 'Bonaire, Sint Eustatius and Saba'],
  BS: ['BHS', 'Bahamas'],
  BV: ['BVT', 'Bouvet Island'],
  BW: ['BWA', 'Botswana'],
  BZ: ['BLZ', 'Belize'],
  CD: ['COD', 'Democratic Republic of the Congo', 'Congo'],
  CF: ['CAF', 'Central African Republic'],
  CG: ['COG', 'Republic of the Congo', 'Congo'],
  CI: ['CIV', "Cote d'Ivoire", "Côte d'Ivoire", 'Ivory Coast'],
  CM: ['CMR', 'Cameroon'],
  CW: ['CUW', 'Curaçao'],
  DJ: ['DJI', 'Djibouti'],
  DM: ['DMA', 'Dominica'],
  EC: ['ECU', 'Ecuador'],
  ER: ['ERI', 'Eritrea'],
  FJ: ['FJI', 'Fiji'],
  GA: ['GAB', 'Gabon'],
  GD: ['GRD', 'Grenada'],
  GH: ['GHA', 'Ghana'],
  GM: ['GMB', 'Republic of The Gambia', 'The Gambia', 'Gambia'],
  GQ: ['GNQ', 'Equatorial Guinea'],
  GY: ['GUY', 'Guyana'],
  HK: ['HKG', 'Hong Kong'],
  HN: ['HND', 'Honduras'],
  JM: ['JAM', 'Jamaica'],
  KI: ['KIR', 'Kiribati'],
  KM: ['COM', 'Comoros'],
  KN: ['KNA', 'Saint Kitts and Nevis'],
  KP: ['PRK', 'North Korea'],
  LB: ['LBN', 'Lebanon'],
  LC: ['LCA', 'Saint Lucia'],
  LY: ['LBY', 'Libya'],
  ML: ['MLI', 'Mali'],
  MO: ['MAC', 'Macao'],
  MR: ['MRT', 'Mauritania'],
  MS: ['MSR', 'Montserrat'],
  MU: ['MUS', 'Mauritius'],
  MW: ['MWI', 'Malawi'],
  NG: ['NGA', 'Nigeria'],
  NI: ['NIC', 'Nicaragua'],
  NR: ['NRU', 'Nauru'],
  NU: ['NIU', 'Niue'],
  PS: ['PSE', 'State of Palestine', 'Palestine'],
  QA: ['QAT', 'Qatar'],
  RW: ['RWA', 'Rwanda'],
  SB: ['SLB', 'Solomon Islands'],
  SC: ['SYC', 'Seychelles'],
  SL: ['SLE', 'Sierra Leone'],
  SR: ['SUR', 'Suriname'],
  SS: ['SSD', 'South Sudan'],
  ST: ['STP', 'Sao Tome and Principe'],
  SX: ['SXM', 'Sint Maarten (Dutch part)'],
  SY: ['SYR', 'Syrian Arab Republic'],
  TD: ['TCD', 'Chad'],
  TF: ['ATF', 'French Southern Territories'],
  TG: ['TGO', 'Togo'],
  TK: ['TKL', 'Tokelau'],
  TL: ['TLS', 'Timor-Leste'],
  TO: ['TON', 'Tonga'],
  TT: ['TTO', 'Trinidad and Tobago'],
  TV: ['TUV', 'Tuvalu'],
  UG: ['UGA', 'Uganda'],
  VU: ['VUT', 'Vanuatu'],
  WS: ['WSM', 'Samoa'],
  YE: ['YEM', 'Yemen'],
  ZW: ['ZWE', 'Zimbabwe'],
};

/** The alpha-2 codes of the countries where an address needs no postal code. */
export const countriesWithoutPostalCodes: readonly string[] = Object.keys(withoutPostalCodes);

const plain = (country: string): string => country.trim().toLowerCase();
const spellings: ReadonlySet<string> = new Set(
  Object.entries(withoutPostalCodes).flatMap(([code, others]) => [code, ...others].map(plain)),
);

/**
 * Whether an address in the country must have a postal code. `country`: a code of ISO 3166-1 or an English name, in any
 * case. An address in an unknown country must have one.
 */
export const needsPostalCode = (country: string): boolean => !spellings.has(plain(country));
