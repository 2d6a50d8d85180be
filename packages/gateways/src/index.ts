// The front door of the gateways: ports to the outside world, and their adapters.
export * from './payment-gateway.js';
export * from './simulated/misbehaviour.js';
export {
  openSimulatedGateway,
  type SimulatedGateway,
  type SimulatedGatewayOptions,
} from './simulated/server.js';
export { simulatedGateway, type SimulatedGatewaySettings } from './simulated/simulated-gateway.js';
export { stripeGateway, type StripeGatewaySettings } from './stripe/stripe-gateway.js';
export * from './mail/mailer.js';
export { smtpMailer, type SmtpSettings } from './mail/smtp-mailer.js';
