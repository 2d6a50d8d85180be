# Built with everything, run with what it needs, as nobody in particular.
FROM node:22-bookworm-slim AS build
WORKDIR /holdfast
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run build \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && find packages projections -name '*.spec.*' -not -path '*/node_modules/*' -delete

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /holdfast
COPY --from=build /holdfast/package.json ./
COPY --from=build /holdfast/.avro ./.avro
COPY --from=build /holdfast/node_modules ./node_modules
COPY --from=build /holdfast/packages ./packages
COPY --from=build /holdfast/projections ./projections
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4000
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--max-semi-space-size=64", "packages/server/bin/holdfast.js"]
CMD ["start"]
