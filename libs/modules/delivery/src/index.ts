export { DeliveryModule } from './delivery.module';
export { seedCouriers } from './seed-couriers';
