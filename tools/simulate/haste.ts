/**
 * Variables of a town where everybody is quick, so that an evening takes seconds. A machine that is busy with other things is not taken for
 * one of which too much is asked, and a process that gets no processor for five seconds loses neither its lease nor its money.
 */
export const haste = {
  THALI_MAX_LAG_MS: '60000',
  THALI_LEASE_MS: '6000',
  THALI_HOLD_MONEY_WITHIN_MS: '12000',
  THALI_PAYMENT_ANSWER_WITHIN_MS: '1000',
  THALI_BANK_LATE_MS: '15000',
  THALI_DELIVERY_OFFER_WITHIN_MS: '6000',
  THALI_AUTOPILOT_ACCEPT_MS: '50',
  THALI_AUTOPILOT_PREPARE_MS: '50',
  THALI_AUTOPILOT_FINISH_MS: '300',
  THALI_AUTOPILOT_PICK_UP_MS: '50',
  THALI_AUTOPILOT_DELIVER_MS: '300',
} as const;
