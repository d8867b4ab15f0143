export { ImportMenu } from './import-menu';
export { RestaurantModule } from './restaurant.module';
export { seedRestaurants } from './seed-restaurants';
