// The browser's time, chance and signs of life, for `live()`.
import type { Surroundings } from './live.js';

export const browserSurroundings: Surroundings = {
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => {
      clearTimeout(timer);
    };
  },
  random: () => Math.random(),
  onWake(call) {
    const seen = (): void => {
      if (document.visibilityState === 'visible') call();
    };
    window.addEventListener('online', call);
    document.addEventListener('visibilitychange', seen);
    return () => {
      window.removeEventListener('online', call);
      document.removeEventListener('visibilitychange', seen);
    };
  },
};
