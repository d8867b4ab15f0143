import { forwardRequests, type AppOptions } from '@thali/kit/nest/run';
import messages from '../../../docs/asyncapi.json';
import api from '../../../docs/openapi.json';

/** Which service answers which paths. */
const paths = {
  order: ['/orders', '/quotes', '/customers'],
  payment: ['/payments'],
  restaurant: ['/restaurants', '/tickets'],
  delivery: ['/couriers', '/offers', '/deliveries'],
};

/** It has no routes of its own to describe: it shows those of the whole, as they are checked in. */
export const gateway: AppOptions = {
  name: 'thali',
  modules: {},
  extend: forwardRequests('THALI', paths),
  docs: { api, messages },
};
