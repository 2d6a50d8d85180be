// Variables of the environment, as the specs of the settings give them.

export const shared = {
  EVENTSTORE_URL: 'esdb://one:2113,two:2113?tls=false',
  MONGODB_URL: 'mongodb://one:27017,two:27017/shop?replicaSet=rs0',
  JWT_SECRET: 'secret',
};
export const strong = 'correct-horse-battery-staple-0123456789';
export const production = { NODE_ENV: 'production' };
export const stripe = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
export const simulated = {
  PAYMENT_GATEWAY_URL: 'http://gateway:4010/',
  GATEWAY_API_KEY: 'a',
  GATEWAY_WEBHOOK_SECRET: 'b',
};
