// Two pages, the storefront and the console, with the chunks that they share. Every response puts its own nonce in the
// place of the placeholder, and nothing is inlined, so that the content security policy needs no exception.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

export default defineConfig({
  root: here('.'),
  plugins: [react()],
  html: { cspNonce: 'HOLDFAST_NONCE' },
  css: { modules: { localsConvention: 'camelCaseOnly' } },
  build: {
    outDir: here('dist/site'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    manifest: true,
    target: ['chrome123', 'firefox128', 'safari17.5'],
    reportCompressedSize: false,
    rolldownOptions: { input: { shop: here('index.html'), console: here('console/index.html') } },
  },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true, changeOrigin: true } } },
});
