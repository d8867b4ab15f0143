import { forwardRequests, run } from '@thali/kit/app';

const extend = forwardRequests('THALI', {
  order: ['/orders', '/customers'],
  payment: ['/payments'],
  restaurant: ['/restaurants', '/tickets'],
  delivery: ['/couriers', '/offers', '/deliveries'],
});
void run({ name: 'thali', modules: {}, extend });
