import { listeners, secretFields as redact } from '@thali/contracts';
import { run } from '@thali/kit/nest/run';
import { RestaurantModule } from '@thali/restaurant';

void run({ name: 'thali', modules: { restaurant: RestaurantModule }, listeners, redact });
