/** What a newcomer reads when Thali serves: what to open, and what to type. The ids are those of the example data. */
export function welcome(url: string): string {
  return `
Thali serves ${url}

  Swagger UI     ${url}/docs
  Restaurants    ${url}/restaurants

Order a meal:

  curl -sX POST ${url}/orders -H 'content-type: application/json' -H "idempotency-key: $(date +%s)" -d '{
    "restaurantId": "rst_01h455vb4pex5vsknk084sn02q",
    "lines": [{ "itemId": "masala-dosa", "quantity": 2 }],
    "deliverTo": { "address": "Chausseestr. 1, Berlin", "location": { "lat": 52.53, "lon": 13.38 } },
    "paymentToken": "tok_visa",
    "menuVersion": 1, "expectedTotal": { "amount": 1900, "currency": "EUR" } }'

and follow it, with the orderId of the answer:

  curl -sN ${url}/orders/ORDER_ID/tracking/stream

Ctrl-C finishes what is under way and stops; the data stays.
`;
}
