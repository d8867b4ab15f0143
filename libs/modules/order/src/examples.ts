/** An order of the example restaurant, as the documentation shows it. */
export const exampleOrder = {
  restaurantId: 'rst_01h455vb4pex5vsknk084sn02q',
  lines: [
    { itemId: 'house-thali', quantity: 2, modifierIds: ['extra-papad'] },
    { itemId: 'masala-dosa', quantity: 1 },
  ],
  deliverTo: { address: 'Chausseestraße 1, Berlin', location: { lat: 52.53, lon: 13.38 } },
  paymentToken: 'tok_visa',
  customerId: 'cus_demo',
  menuVersion: 1,
  expectedTotal: { amount: 4_110, currency: 'EUR' },
};

/** The id that the documentation's paths show. */
export const exampleOrderId = 'ord_01h455vb4pex5vsknk084sn02q';
