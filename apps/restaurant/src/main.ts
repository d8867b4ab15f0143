import { listeners } from '@thali/contracts';
import { run } from '@thali/kit/app';
import { RestaurantModule } from '@thali/restaurant';

void run({ name: 'thali', modules: { restaurant: RestaurantModule }, listeners });
