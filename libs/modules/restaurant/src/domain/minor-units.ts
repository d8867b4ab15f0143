/** ISO 4217 currencies whose minor unit is not a hundredth. */
const decimals: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  ...Object.fromEntries('CLF UYW'.split(' ').map((code) => [code, 4])),
};

const currencies = new Set(Intl.supportedValuesOf('currency'));

export function isCurrency(code: string): boolean {
  return currencies.has(code);
}

/** How a price in this currency may be written. */
export function priceExample(currency: string): string {
  return ['12', '12.5', '12.50', '12.500', '12.5000'][decimalsOf(currency)] ?? '12';
}

/** How many decimals a price in this currency may have. */
export function decimalsOf(currency: string): number {
  return decimals[currency] ?? 2;
}

/**
 * A price in the currency's minor unit, digit by digit: no fraction is ever rounded.
 * @param price as written, such as `12.5`.
 * @returns undefined when it is not a decimal number, or has more decimals than the currency.
 */
export function toMinorUnits(price: string, currency: string): number | undefined {
  const [, whole = '', fraction = ''] = /^(\d{1,12})(?:\.(\d+))?$/.exec(price) ?? [];
  if (whole === '') return undefined;
  const digits = decimalsOf(currency);
  const significant = fraction.replace(/0+$/, '');
  return significant.length > digits ? undefined : Number(whole + significant.padEnd(digits, '0'));
}

/** Whether a dot in the price may as well stand between thousands, as in `20.000` dong: no currency with three decimals writes it so. */
export function mayMeanThousands(price: string, currency: string): boolean {
  return decimalsOf(currency) < 3 && /^\d{1,3}\.\d{3}$/.test(price);
}
