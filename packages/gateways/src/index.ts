// The front door of the gateways: ports to the outside world, and their adapters.
export * from './carrier.js';
export * from './payment-gateway.js';
export {
  openSimulatedCarrier,
  type SimulatedCarrier,
  type SimulatedCarrierOptions,
} from './simulated/carrier-server.js';
export { simulatedCarrier, type SimulatedCarrierSettings } from './simulated/simulated-carrier.js';
export {
  openBooks,
  type Booked,
  type BookedPayment,
  type Books,
  type BooksOptions,
} from './simulated/books.js';
export * from './simulated/misbehaviour.js';
export {
  openSimulatedGateway,
  type SimulatedGateway,
  type SimulatedGatewayOptions,
} from './simulated/server.js';
export { type WebhookDelivery } from './simulated/webhooks.js';
export { simulatedGateway, type SimulatedGatewaySettings } from './simulated/simulated-gateway.js';
export { stripeGateway, type StripeGatewaySettings } from './stripe/stripe-gateway.js';
export { nameOfAccount, WrongStripeAccount } from './stripe/stripe-account.js';
export * from './mail/mailer.js';
export { smtpMailer, type SmtpSettings } from './mail/smtp-mailer.js';
