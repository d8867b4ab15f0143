import { listeners } from '@thali/contracts';
import { run } from '@thali/kit/nest';
import { RestaurantModule } from '@thali/restaurant';

void run({ name: 'thali', modules: { restaurant: RestaurantModule }, listeners });
