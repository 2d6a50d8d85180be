// Two pages, the storefront and the console, with the chunks that they share. Every response puts its own nonce in the
// place of the placeholder, and nothing is inlined, so that the content security policy needs no exception.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

/** GraphiQL's style has its fonts and pictures inside, which the content security policy refuses. The console has its own. */
const withoutInlined = {
  name: 'without-inlined',
  enforce: 'pre',
  transform: (code, id) =>
    /graphiql[/\\].*\.css/.test(id) && !id.includes('/src/')
      ? code.replace(/@font-face\s*\{[^}]*\}/g, '').replace(/url\("?data:[^)]*\)/g, 'none')
      : null,
};

export default defineConfig({
  root: here('.'),
  plugins: [withoutInlined, react()],
  html: { cspNonce: 'HOLDFAST_NONCE' },
  css: { modules: { localsConvention: 'camelCaseOnly' } },
  build: {
    outDir: here('dist/site'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    manifest: true,
    target: ['chrome123', 'firefox128', 'safari17.5'],
    reportCompressedSize: false,
    // GraphiQL, a chunk of one page of the console.
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      input: { shop: here('index.html'), console: here('console/index.html') },
      // Directives of GraphiQL's modules are for a compiler that is off here.
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true, changeOrigin: true } } },
});
