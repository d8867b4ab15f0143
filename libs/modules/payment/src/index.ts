export { BankModule } from './bank/bank.module';
export { PaymentModule } from './payment.module';
