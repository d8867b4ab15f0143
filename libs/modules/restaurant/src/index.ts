export { tabulate } from './domain/week-table';
export { ImportMenu, isMenuFile, type ImportOptions, type ImportReport } from './import-menu';
export { RestaurantModule } from './restaurant.module';
export { seedRestaurants } from './seed-restaurants';
export { isTimeZone } from './time-zones';
