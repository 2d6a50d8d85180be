// Orders whose money is set aside before their stock is reserved, each with the end that it must reach.
import type { Scenario } from './scenario.js';
import { cardScenarios, onlyCards } from './scenarios-by-card.js';
import { walletScenarios } from './scenarios-by-wallet.js';

/** The same, with the money set aside before the stock is reserved: the order is payable as soon as it is placed. */
export const paidFirst: readonly (readonly [string, Scenario])[] = [
  ...walletScenarios,
  ...cardScenarios,
  ...onlyCards,
]
  .filter(([title]) => !/when it is reserved|asks for more time/.test(title))
  .map(([title, scenario]) => {
    const { OrderReserved: paying = [], OrderPlaced: placing = [], ...on } = scenario.on ?? {};
    const OrderPlaced = placing.length > 0 ? placing : paying;
    return [
      `${title}, money first`,
      { ...scenario, definition: 'payment-first', on: { ...on, OrderPlaced } },
    ];
  });
