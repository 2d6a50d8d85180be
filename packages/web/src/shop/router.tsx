// The storefront's pages. Search parameters are plain text, as the older systems' links have them: `/order?orderId=…`.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link } from '@tanstack/react-router';
import { Empty } from '../shared/ui/ui.js';
import { parseSearch, stringifySearch, text } from '../shared/search.js';
import { Layout } from './layout.js';
import { ProductsPage } from './pages/products/products-page.js';
import { useSpeech } from './words/words.js';

function NotFound() {
  const { words } = useSpeech();
  return (
    <Empty title={words.states.notFound}>
      <Link to="/">{words.states.toProducts}</Link>
    </Empty>
  );
}

const root = createRootRoute({ component: Layout, notFoundComponent: NotFound });

const products = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (search) => ({ ...text(search, 'q') }),
  component: ProductsPage,
});
const basket = createRoute({
  getParentRoute: () => root,
  path: '/basket',
  component: lazyRouteComponent(() => import('./pages/basket/basket-page.js'), 'BasketPage'),
});
const payment = createRoute({
  getParentRoute: () => root,
  path: '/payment',
  validateSearch: (search) => ({ ...text(search, 'orderId') }),
  component: lazyRouteComponent(() => import('./pages/payment/payment-page.js'), 'PaymentPage'),
});
const order = createRoute({
  getParentRoute: () => root,
  path: '/order',
  validateSearch: (search) => ({ ...text(search, 'orderId') }),
  component: lazyRouteComponent(() => import('./pages/order/order-page.js'), 'OrderPage'),
});
const orders = createRoute({
  getParentRoute: () => root,
  path: '/orders',
  validateSearch: (search) => ({ ...text(search, 'status') }),
  component: lazyRouteComponent(() => import('./pages/orders/orders-page.js'), 'OrdersPage'),
});
const wallet = createRoute({
  getParentRoute: () => root,
  path: '/wallet',
  component: lazyRouteComponent(() => import('./pages/wallet/wallet-page.js'), 'WalletPage'),
});
const messages = createRoute({
  getParentRoute: () => root,
  path: '/messages',
  component: lazyRouteComponent(() => import('./pages/messages/messages-page.js'), 'MessagesPage'),
});
const profile = createRoute({
  getParentRoute: () => root,
  path: '/profile',
  component: lazyRouteComponent(() => import('./pages/profile/profile-page.js'), 'ProfilePage'),
});
const find = createRoute({
  getParentRoute: () => root,
  path: '/find',
  component: lazyRouteComponent(() => import('./pages/find/find-page.js'), 'FindPage'),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search) => ({ ...text(search, 'next'), ...text(search, 'new') }),
  component: lazyRouteComponent(() => import('./pages/sign-in/sign-in-page.js'), 'SignInPage'),
});

export const createShopRouter = () =>
  createRouter({
    routeTree: root.addChildren([
      products,
      basket,
      payment,
      order,
      orders,
      wallet,
      messages,
      profile,
      find,
      signIn,
    ]),
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: 'intent',
  });

declare module '@tanstack/react-router' {
  // this declares the router to the library
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- it merges with the library's own
  interface Register {
    router: ReturnType<typeof createShopRouter>;
  }
}
