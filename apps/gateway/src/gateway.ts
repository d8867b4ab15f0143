import { httpPaths } from '@thali/contracts';
import { forwardRequests, type AppOptions } from '@thali/kit/nest/run';
import messages from '../../../docs/asyncapi.json';
import api from '../../../docs/openapi.json';

/** It has no routes of its own to describe: it shows those of the whole, as they are checked in. */
export const gateway: AppOptions = {
  name: 'thali',
  modules: {},
  extend: forwardRequests('THALI', httpPaths),
  docs: { api, messages },
};
