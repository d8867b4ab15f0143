/** Fields that hold payment tokens, sealed or not: log lines leave their values out. */
export const secretFields = ['paymentToken', 'sealedToken'];
